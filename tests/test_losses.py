"""Losses and penalties against values computed by hand."""

import math

import numpy as np
import pytest
from keras import ops

from pgkeras import losses
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


def test_penalties():
    """Gradients of norm 5 (3, 4) and 0."""
    gradients = np.zeros((2, 1, 2, 1), np.float32)
    gradients[0, 0, :, 0] = 3, 4
    np.testing.assert_allclose(ops.convert_to_numpy(losses.gradient_penalty(gradients))[:, 0], [16, 1], rtol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(losses.r1_penalty(gradients))[:, 0], [12.5, 0])


def test_weights_are_the_papers():
    assert (LOSSES["wgan-gp"].penalty_weight, LOSSES["wgan-gp"].drift_weight) == (10, 0.001)
    assert (LOSSES["non-saturating"].penalty_weight, LOSSES["non-saturating"].penalty_at) == (10, "real")
    assert LOSSES["lsgan"].penalty is None
