"""Losses and penalties against values computed by hand."""

import math
from typing import get_args

import numpy as np
import pytest
from keras import ops

from pgkeras import losses
from pgkeras.config import WITHOUT_PENALTY, ProgressiveConfig
from pgkeras.losses import LOSSES

REAL = np.array([[2.0], [-1.0]], np.float32)
FAKE = np.array([[0.5], [3.0]], np.float32)


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (losses.wasserstein_discriminator, [-1.5, 4.0]),
        (losses.least_squares_discriminator, [0.5 * (1 + 0.25), 0.5 * (4 + 9)]),
        (losses.logistic_discriminator, [softplus(-2) + softplus(0.5), softplus(1) + softplus(3)]),
        (losses.hinge_discriminator, [0 + 1.5, 2 + 4]),
        (losses.relativistic_discriminator, [softplus(-1.5), softplus(4)]),
    ],
)
def test_discriminator_losses(loss, expected):
    np.testing.assert_allclose(ops.convert_to_numpy(loss(REAL, FAKE))[:, 0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (losses.wasserstein_generator, [-0.5, -3.0]),
        (losses.least_squares_generator, [0.5 * 0.25, 0.5 * 4]),
        (losses.non_saturating_generator, [softplus(-0.5), softplus(-3)]),
    ],
)
def test_generator_losses(loss, expected):
    np.testing.assert_allclose(ops.convert_to_numpy(loss(FAKE))[:, 0], expected, rtol=1e-5)


def test_relativistic_generator_loss_is_the_discriminators_with_the_parts_exchanged():
    loss = ops.convert_to_numpy(losses.relativistic_generator(REAL, FAKE))
    np.testing.assert_allclose(loss[:, 0], [softplus(1.5), softplus(-4)], rtol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(losses.relativistic_generator(REAL + 7, FAKE + 7)), loss, rtol=1e-5)


def test_hinge_loss_is_content_beyond_its_margins():
    """Reals at 1 and more, fakes at -1 and less cost nothing."""
    scores = np.array([[1.0], [5.0]], np.float32)
    assert (ops.convert_to_numpy(losses.hinge_discriminator(scores, -scores)) == 0).all()


def test_label_loss_by_hand():
    """A half, then a quarter of the probability on the right class; a row without a label costs nothing."""
    logits = np.log([[0.5, 0.3, 0.2], [0.25, 0.5, 0.25], [0.6, 0.2, 0.2]]).astype(np.float32) + 7
    labels = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0]], np.float32)
    loss = ops.convert_to_numpy(losses.label_loss(logits, labels))
    np.testing.assert_allclose(loss, [[math.log(2)], [math.log(4)], [0]], rtol=1e-5)


@pytest.mark.parametrize("scale", [1, 1000])
def test_label_loss_is_log_sum_exp_minus_the_labels_logit(scale):
    random = np.random.default_rng(0)
    logits = scale * random.normal(size=(8, 5)).astype(np.float32)
    classes = random.integers(0, 5, 8)
    loss = ops.convert_to_numpy(losses.label_loss(logits, np.eye(5, dtype=np.float32)[classes]))
    expected = np.logaddexp.reduce(logits, axis=1) - logits[np.arange(8), classes]
    np.testing.assert_allclose(loss[:, 0], expected, rtol=1e-5, atol=1e-5)


def test_label_loss_of_half_precision_logits_is_float32():
    logits = ops.cast(np.ones((2, 4)), "bfloat16")
    loss = losses.label_loss(logits, np.eye(4, dtype=np.float32)[:2])
    np.testing.assert_allclose(ops.convert_to_numpy(loss), np.full((2, 1), math.log(4)), rtol=1e-6)


def test_noise_around_reals_by_hand():
    """Values 0 and 8, 0 and 8: a standard deviation of 4, of which the noise is half at most."""
    reals = np.array([0, 8, 0, 8], np.float32).reshape(2, 1, 2, 1)
    uniform = np.array([0, 1, 0.5, 1], np.float32).reshape(2, 1, 2, 1)
    noise = ops.convert_to_numpy(losses.noise_around_reals(reals, uniform))
    np.testing.assert_allclose(noise.ravel(), [0, 2, 1, 2], rtol=1e-6)


def test_penalties():
    """Gradients of norm 5 (3, 4) and 0."""
    gradients = np.zeros((2, 1, 2, 1), np.float32)
    gradients[0, 0, :, 0] = 3, 4
    np.testing.assert_allclose(ops.convert_to_numpy(losses.gradient_penalty(gradients))[:, 0], [16, 1], rtol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(losses.r1_penalty(gradients))[:, 0], [12.5, 0])


def test_weights_are_the_papers():
    assert (LOSSES["wgan-gp"].penalty_weight, LOSSES["wgan-gp"].drift_weight) == (10, 0.001)
    assert (LOSSES["non-saturating"].penalty_weight, LOSSES["non-saturating"].penalty_at) == (10, "real")
    assert (LOSSES["dragan"].penalty_weight, LOSSES["dragan"].penalty_at) == (10, "around-real")
    assert (LOSSES["relativistic"].penalty_weight, LOSSES["relativistic"].penalty_at) == (10, "both")
    assert LOSSES["wgan"].weight_clip == 0.01


def test_only_wgan_clips_weights_and_some_have_no_penalty():
    assert [name for name, loss in LOSSES.items() if loss.weight_clip] == ["wgan"]
    assert {name for name, loss in LOSSES.items() if loss.penalty is None} == {"wgan", "lsgan", "hinge"}


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("wgan", [-1.5, 4.0], [-0.5, -3.0]),
        ("hinge", [1.5, 6.0], [-0.5, -3.0]),
        ("dragan", [softplus(-2) + softplus(0.5), softplus(1) + softplus(3)], [softplus(-0.5), softplus(-3)]),
    ],
)
def test_both_halves_of_a_loss(name, discriminator, generator):
    loss = LOSSES[name]
    np.testing.assert_allclose(ops.convert_to_numpy(loss.discriminator(REAL, FAKE))[:, 0], discriminator, rtol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(loss.generator(FAKE))[:, 0], generator, rtol=1e-5)


def test_the_config_knows_every_loss_and_which_have_no_penalty():
    assert set(get_args(ProgressiveConfig.model_fields["loss"].annotation)) == set(LOSSES)
    assert {name for name, loss in LOSSES.items() if loss.penalty is None} == set(WITHOUT_PENALTY)
