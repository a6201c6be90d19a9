"""One training step against the same step written out with plain gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.augmentation import Augmentation
from pgkeras.backends import backend
from pgkeras.gan import ProgressiveGAN
from pgkeras.losses import LOSSES

CONFIG = ProgressiveConfig(resolution=8, fmap_max=8, latent_size=6)
RATE = 0.01


def make_gan(
    resolution: int = 8, fade_in: bool = True, loss: str = "wgan-gp", config: ProgressiveConfig = CONFIG, **options
) -> ProgressiveGAN:
    keras.utils.set_random_seed(3)
    pairs = [build(config)[resolution] for build in (build_generators, build_discriminators, build_generators)]
    optimizers = [keras.optimizers.SGD(RATE) for _ in range(2)]
    for pair, optimizer in zip(pairs, optimizers, strict=False):
        optimizer.build([variable for variable in pair.variables if variable.trainable])
    return ProgressiveGAN(
        *pairs,
        *optimizers,
        LOSSES[loss],
        fade_in=fade_in,
        seed_generator=keras.random.SeedGenerator(5),
        devices=backend.Devices(),
        **options,
    )


def reals(resolution: int = 8) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (4, resolution, resolution, 3)).astype(np.float32)


def test_wgan_gp_step_by_hand():
    """The losses and the discriminator's update, recomputed from the same latents and mixing points."""
    gan = make_gan(fade_in=False)
    seeds = keras.random.SeedGenerator(5)
    latents = keras.random.normal((4, 6), seed=seeds)
    mix = keras.random.uniform((4, 1, 1, 1), seed=seeds)
    before = [variable.numpy() for variable in gan.discriminator.trainable_variables]
    with tf.GradientTape() as outer:
        fakes = tf.stop_gradient(gan.generator(latents))
        mixed = mix * fakes + (1 - mix) * reals()
        with tf.GradientTape() as inner:
            inner.watch(mixed)
            scores = tf.reduce_sum(gan.discriminator(mixed))
        norms = tf.norm(tf.reshape(inner.gradient(scores, mixed), (4, -1)), axis=1)
        real_scores, fake_scores = gan.discriminator(reals()), gan.discriminator(fakes)
        loss = (
            tf.reduce_mean(fake_scores)
            - tf.reduce_mean(real_scores)
            + 10 * tf.reduce_mean((norms - 1) ** 2)
            + 0.001 * tf.reduce_mean(real_scores**2)
        )
    gradients = outer.gradient(loss, gan.discriminator.trainable_variables)

    values = gan.step(tf.constant(reals()))

    assert float(values["discriminator_loss"]) == pytest.approx(float(loss), rel=1e-4)
    for variable, old, gradient in zip(gan.discriminator.trainable_variables, before, gradients, strict=True):
        np.testing.assert_allclose(variable.numpy(), old - RATE * gradient.numpy(), rtol=1e-4, atol=1e-5)


def test_relativistic_step_by_hand():
    """Pairs of a photo and a fake in both losses; the squared gradient norms at both are penalized, half of each."""
    options = {"fade_in": False, "loss": "relativistic", "penalty_weight": 3.0}
    gan, twin = make_gan(**options), make_gan(**options)
    gan.set_penalty_factor(0.5)
    seeds = keras.random.SeedGenerator(5)
    fakes = gan.generator(keras.random.normal((4, 6), seed=seeds))
    real_scores, fake_scores = gan.discriminator(reals()), gan.discriminator(fakes)
    expected = np.log1p(np.exp(fake_scores - real_scores)).mean()
    for images in (tf.constant(reals()), fakes):
        with tf.GradientTape() as tape:
            tape.watch(images)
            scores = tf.reduce_sum(gan.discriminator(images))
        expected += 0.5 * 3.0 * 0.5 * np.square(tape.gradient(scores, images)).sum() / 4

    values = gan.step(tf.constant(reals()))
    assert float(values["discriminator_loss"]) == pytest.approx(expected, rel=1e-5)

    twin.discriminator.set_weights(gan.discriminator.get_weights())
    scores = twin.discriminator(twin.generator(keras.random.normal((4, 6), seed=seeds)))
    expected = np.log1p(np.exp(twin.discriminator(reals()) - scores)).mean()
    assert float(values["generator_loss"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_moves_both_networks_and_its_values_are_finite(loss):
    gan = make_gan(loss=loss)
    gan.set_alpha(0.5)
    before = [gan.generator.get_weights(), gan.discriminator.get_weights()]
    values = gan.step(tf.constant(reals()))
    assert all(np.isfinite(value) for value in values.values())
    for old, model in zip(before, (gan.generator, gan.discriminator), strict=True):
        assert any((a != b).any() for a, b in zip(old, model.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("batch", "per_16", "decay"), [(4, 0.9, 0.9 ** (4 / 16)), (2, 0.9, 0.9 ** (2 / 16)), (4, 0.0, 0.0)]
)
def test_moving_average_decays_by_images_shown(batch, per_16, decay):
    gan = make_gan()
    gan.set_ema_decay(per_16)
    old = [variable.numpy() for variable in gan.ema_generator.trainable_variables]
    gan.step(tf.constant(reals()[:batch]))
    for average, before, new in zip(
        gan.ema_generator.trainable_variables, old, gan.generator.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(average.numpy(), decay * before + (1 - decay) * new.numpy(), rtol=1e-4, atol=1e-6)


def test_reals_are_blended_as_the_generators_output():
    gan = make_gan()
    batch = reals()
    soft = batch.reshape(4, 4, 2, 4, 2, 3).mean(axis=(2, 4)).repeat(2, axis=1).repeat(2, axis=2)
    for alpha in (0.0, 0.25, 1.0):
        gan.set_alpha(alpha)
        expected = (1 - alpha) * soft + alpha * batch
        np.testing.assert_allclose(gan._fade_reals(tf.constant(batch)).numpy(), expected, atol=1e-6)


def test_no_retrace_when_alpha_the_penalty_or_the_learning_rate_moves():
    gan = make_gan()
    traces = []
    step = gan.step
    gan.step = lambda *batch: traces.append(1) or step(*batch)
    for number in range(5):
        gan.set_alpha(number / 10)
        gan.set_penalty_factor(1 - number / 10)
        gan.set_ema_decay(number / 10)
        gan.generator_optimizer.learning_rate = 0.001 * (number + 1)
        gan.discriminator_optimizer.learning_rate = 0.002 * (number + 1)
        gan.train_on([(reals(), None)])
    assert len(traces) == 1


def test_lazy_penalty_is_weighted_by_its_interval():
    """Over an interval of 3 the penalty shows at steps 0 and 3 only, three times as strong."""
    batch = tf.constant(reals())
    every = float(make_gan(loss="non-saturating").step(batch)["penalty"])
    step = tf.function(make_gan(loss="non-saturating", penalty_interval=3).step, autograph=False)
    penalties = [float(step(batch)["penalty"]) for _ in range(4)]
    assert penalties[0] == pytest.approx(3 * every, rel=1e-4)
    assert penalties[1] == penalties[2] == 0
    assert penalties[3] > 0


LABELLED = CONFIG.model_copy(update={"label_size": 3})
LABELS = tf.constant(np.eye(3, dtype=np.float32)[[0, 2, 1, 1]])


def cross_entropy(logits) -> float:
    """Of softmax probabilities, in float64, against LABELS."""
    powers = np.exp(np.asarray(logits, np.float64))
    return float(-np.log((powers / powers.sum(axis=1, keepdims=True))[LABELS.numpy() > 0]).mean())


def test_ac_gan_step_by_hand():
    """Odena et al.: both networks also minimize the cross-entropy of the labels, here with weight 0.7."""
    gan = make_gan(fade_in=False, loss="lsgan", config=LABELLED, label_weight=0.7)
    twin = make_gan(fade_in=False, loss="lsgan", config=LABELLED, label_weight=0.7)
    seeds = keras.random.SeedGenerator(5)
    fakes = gan.generator([keras.random.normal((4, 6), seed=seeds), LABELS])
    (real_scores, real_logits), (fake_scores, fake_logits) = gan.discriminator(reals()), gan.discriminator(fakes)
    expected = 0.5 * np.mean((real_scores - 1) ** 2) + 0.5 * np.mean(np.square(fake_scores))
    expected += 0.7 * (cross_entropy(real_logits) + cross_entropy(fake_logits))

    values = gan.step(tf.constant(reals()), LABELS)
    assert float(values["discriminator_loss"]) == pytest.approx(expected, rel=1e-5)

    twin.discriminator.set_weights(gan.discriminator.get_weights())
    scores, logits = twin.discriminator(twin.generator([keras.random.normal((4, 6), seed=seeds), LABELS]))
    expected = 0.5 * np.mean((scores - 1) ** 2) + 0.7 * cross_entropy(logits)
    assert float(values["generator_loss"]) == pytest.approx(expected, rel=1e-5)


def test_discriminator_steps_share_the_batch():
    gan, twin = make_gan(discriminator_steps=2), make_gan()
    batch = tf.constant(reals())
    gan._fade_reals = twin._fade_reals = lambda images: images
    gan.step(batch)
    for part in (batch[:2], batch[2:]):
        twin._update_discriminator(part, None)
    for one, other in zip(gan.discriminator.get_weights(), twin.discriminator.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_generator_steps():
    gan, twin = make_gan(generator_steps=2), make_gan()
    batch = twin._fade_reals(tf.constant(reals()))
    twin._update_discriminator(batch, None)
    twin._update_generator(batch, None)
    twin._update_generator(batch, None)
    gan.step(tf.constant(reals()))
    for one, other in zip(gan.generator.get_weights(), twin.generator.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_wgan_clips_the_weights_that_the_layers_use():
    gan = make_gan(loss="wgan")
    gan.step(tf.constant(reals()))
    largest = LOSSES["wgan"].weight_clip
    for layer in gan.discriminator.layers:
        if hasattr(layer, "kernel"):
            assert np.abs(layer.kernel.numpy() * layer.scale).max() == pytest.approx(largest, rel=1e-4)
            assert np.abs(layer.bias.numpy()).max() <= largest * 1.0001


def test_the_average_has_the_batch_normalization_of_the_generator():
    config = CONFIG.model_copy(update={"generator_normalization": "batch"})
    gan = make_gan(config=config)
    gan.step(tf.constant(reals()))
    moved = [variable for variable in gan.generator.non_trainable_variables if "moving" in variable.path]
    assert moved
    for average, variable in zip(
        gan.ema_generator.non_trainable_variables, gan.generator.non_trainable_variables, strict=True
    ):
        np.testing.assert_array_equal(average.numpy(), variable.numpy())
    assert any(variable.numpy().any() for variable in moved)


def test_reals_and_fakes_are_augmented_alike_and_the_penalty_sees_what_the_discriminator_sees():
    """With an augmentation that blanks every image, reals, fakes and the points between them are the same."""
    gan = make_gan(augmentation=Augmentation(("cutout",), probability=1.0))
    seen = []
    gan.augmentation = lambda images, seed_generator: images * 0
    gan.augmentation.adapt = lambda mean_sign, images: None
    gan.augmentation.probability = 1.0
    judge = gan._judge
    gan._judge = lambda images: seen.append(images) or judge(images)
    gan.step(tf.constant(reals()))
    assert [len(images) for images in seen] == [8, 4, 4]  # reals and fakes, mixed points; and the generator's fakes
    assert not any(images.numpy().any() for images in seen)


@pytest.mark.parametrize(("target", "expected"), [(0.01, 4 / 100), (0.99, 0.0)])
def test_augmentation_probability_follows_the_sign_of_the_real_scores(target, expected):
    """Four images of 100 that would take it from 0 to 1; upward if more real scores are positive than the target."""
    gan = make_gan(augmentation=Augmentation(("colour",), probability=0.0, target=target, images_to_full=100))
    gan.discriminator.get_layer("discriminator_0004_score").bias.assign([10.0 if expected else -10.0])
    values = gan.step(tf.constant(reals()))
    assert float(values["augmentation_probability"]) == pytest.approx(expected)


def test_with_a_relativistic_loss_the_probability_follows_the_differences_of_scores():
    """All scores are far below 0, which says nothing; the black photos' are above the white fakes' or below."""
    probabilities = []
    for slope in (1.0, -1.0):
        augmentation = Augmentation((), probability=0.0, target=0.01, images_to_full=100)
        gan = make_gan(loss="relativistic", augmentation=augmentation)
        judge = gan._judge
        gan._judge = lambda images, slope=slope, judge=judge: (
            0 * judge(images)[0] + slope * ops.mean(images, axis=(1, 2, 3))[:, None] - 10,
            None,
        )
        gan._generate = lambda latents, labels: tf.ones((4, 8, 8, 3))
        gan._update_discriminator(-tf.ones((4, 8, 8, 3)), None)
        probabilities.append(float(augmentation.probability))
    assert probabilities == pytest.approx([0.0, 4 / 100])


def images(batch_size: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).normal(size=(batch_size, 8, 8, 3)).astype(np.float32))


@pytest.mark.parametrize(("batch_size", "passes"), [(3, 1), (4, 1), (8, 1), (16, 1), (2, 2), (6, 2), (14, 2)])
def test_reals_and_fakes_are_judged_as_each_would_be_alone(batch_size, passes):
    """In one pass where the groups of the minibatch standard deviation allow: 6 images are 2 groups, 12 are 3."""
    gan = make_gan()
    gan.set_alpha(0.5)
    both = [images(batch_size), images(batch_size) * 3 + 1]
    expected = [gan._judge(each)[0] for each in both]
    calls = []
    judge = gan._judge
    gan._judge = lambda batch: calls.append(batch) or judge(batch)
    for (scores, _), alone in zip(gan._judge_both(*both), expected, strict=True):
        np.testing.assert_allclose(scores.numpy(), alone.numpy(), rtol=1e-4, atol=1e-5)
    assert len(calls) == passes


@pytest.mark.parametrize(
    "changes", [{"discriminator_normalization": "batch"}, {"minibatch_discrimination": "learned"}], ids=str
)
def test_layers_that_compare_all_images_see_reals_and_fakes_apart(changes):
    gan = make_gan(config=CONFIG.model_copy(update=changes))
    assert not gan._keeps_apart(4)


@pytest.mark.parametrize("loss", ["wgan-gp", "non-saturating", "relativistic", "dragan"])
def test_micro_batches_of_whole_groups_change_nothing(loss):
    """16 images are 4 groups of 4 for the minibatch standard deviation, in one part, two or four."""
    batch = images(16)
    whole = make_gan(loss=loss)
    expected = whole.step(batch)
    for number in (2, 4):
        parts = make_gan(loss=loss, micro_batches=number)
        values = tf.function(parts.step, autograph=False)(batch)
        for name in expected:
            tolerance = 0.2 if "variance" in name else 1e-4
            assert float(values[name]) == pytest.approx(float(expected[name]), rel=tolerance, abs=1e-6)
        for one, other in zip(whole.discriminator.get_weights(), parts.discriminator.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)
        for one, other in zip(whole.generator.get_weights(), parts.generator.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("micro_batches", [1, 2])
def test_dragans_points_are_as_far_from_the_reals_in_parts_as_in_the_whole_batch(micro_batches):
    """Images of 0 and of 8, the ones in one part and the others in the other: a deviation of 4, in neither part any."""
    gan = make_gan(fade_in=False, loss="dragan", micro_batches=micro_batches)
    seeds = keras.random.SeedGenerator(5)
    keras.random.normal((8, 6), seed=seeds)
    mix = keras.random.uniform((8, 1, 1, 1), seed=seeds)
    expected = mix * keras.random.uniform((8, 8, 8, 3), seed=seeds) * 2
    batch = tf.broadcast_to(tf.reshape([0.0, 8.0] * 4, (8, 1, 1, 1)), (8, 8, 8, 3))
    found = []
    penalized = gan._penalized

    def record(reals, *others):
        points = penalized(reals, *others)
        found.append((points - reals).numpy())
        return points

    gan._penalized = record
    gan.step(batch)
    assert len(found) == micro_batches
    for part, shifts in enumerate(found):
        np.testing.assert_allclose(shifts, expected[part::micro_batches], rtol=1e-4, atol=1e-5)


def test_the_variance_is_the_unbiased_one_over_the_batch():
    """Two images of 0 and two of 1: squared distances of 1/4 from their mean, over 4 - 1."""
    gan = make_gan(fade_in=False)
    batch = np.zeros((4, 8, 8, 3), np.float32)
    batch[:2] = 1.0
    assert float(gan.step(tf.constant(batch))["real_variance"]) == pytest.approx(1 / 3)


def test_augmentation_does_not_hide_how_much_images_vary():
    """Four copies of one photo, cut out at different places, are still four copies."""
    gan = make_gan(fade_in=False, augmentation=Augmentation(("cutout",), probability=1.0))
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 8, 8, 3)).astype(np.float32)
    assert float(gan.step(tf.constant(np.repeat(photo, 4, axis=0)))["real_variance"]) == pytest.approx(0, abs=1e-12)


def test_fading_in_4x4_is_refused():
    with pytest.raises(ValueError, match="4x4"):
        make_gan(resolution=4, fade_in=True)


@pytest.mark.parametrize(("score", "probability"), [(0.4, 0.0), (0.6, 0.04)])
def test_least_squares_scores_are_undecided_at_a_half(score, probability):
    """Adaptive augmentation comes in where reals score above it, as they do not where fakes are as good."""
    augmentation = Augmentation(("colour",), probability=0.0, target=0.5, images_to_full=100)
    gan = make_gan(fade_in=False, loss="lsgan", augmentation=augmentation)
    *others, bias = gan.discriminator.trainable_variables
    for variable in others:
        variable.assign(ops.zeros_like(variable))
    bias.assign([score])
    gan.step(reals())
    assert float(augmentation.probability) == pytest.approx(probability)
