"""Augmentation against values computed by hand, plain NumPy and finite differences."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import ops
from keras.random import SeedGenerator

from pgkeras.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    adapt_probability,
    adjust_colour,
    augment,
    cut_out,
    translate,
)

JAX = keras.backend.backend() == "jax"
ALL = list(AUGMENTATIONS)


def random_images(batch: int, side: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (batch, side, side, channels)).astype(np.float32)


def numpy(tensor) -> np.ndarray:
    return ops.convert_to_numpy(tensor)


def floats(*values: float):
    return ops.convert_to_tensor(np.array(values, np.float32))


def integers(*values: int):
    return ops.convert_to_tensor(np.array(values, np.int32))


def changed(images: np.ndarray, augmented) -> np.ndarray:
    """Which images are not what they were."""
    return (numpy(augmented) != images).any(axis=(1, 2, 3))


def derivative(function: Callable) -> Callable:
    """The gradient of a function of one tensor, as a function; on both backends."""
    if JAX:
        import jax

        return jax.grad(function)

    import tensorflow as tf

    def gradient(x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return tape.gradient(value, x)

    return gradient


def test_brightness_is_added():
    """Past 1, too: nothing is clipped."""
    images = np.full((2, 4, 4, 3), 0.75, np.float32)
    output = numpy(adjust_colour(images, floats(0.5, -0.25), floats(1, 1), floats(1, 1)))
    assert (output[0] == 1.25).all()
    assert (output[1] == 0.5).all()


@pytest.mark.parametrize(("saturation", "expected"), [(0, [0.5, 0.5, 0.5]), (1, [0, 0.5, 1]), (2, [-0.5, 0.5, 1.5])])
def test_saturation_is_the_distance_from_grey(saturation, expected):
    images = np.broadcast_to(np.array([0, 0.5, 1], np.float32), (1, 4, 4, 3))
    output = numpy(adjust_colour(images, floats(0), floats(saturation), floats(1)))
    np.testing.assert_allclose(output[0, 1, 2], expected, atol=1e-6)


def test_saturation_leaves_grey_images_alone():
    images = random_images(1, 4, channels=1)
    np.testing.assert_array_equal(numpy(adjust_colour(images, floats(0), floats(0), floats(1))), images)


def test_contrast_is_the_distance_from_the_images_mean():
    """Half of the pixels -1, half 0: the mean is -0.5. A second image does not matter."""
    images = np.zeros((2, 4, 4, 3), np.float32)
    images[0, :2] = -1
    images[1] = 7
    output = numpy(adjust_colour(images, floats(0, 0), floats(1, 1), floats(1.5, 0.5)))
    np.testing.assert_allclose(output[0, :2], -1.25)
    np.testing.assert_allclose(output[0, 2:], 0.25)
    np.testing.assert_allclose(output[1], 7)


def test_colour_by_numpy():
    images = random_images(3, 5)
    brightness, saturation, contrast = np.random.default_rng(1).uniform(0, 2, (3, 3, 1, 1, 1)).astype(np.float32)
    expected = images + brightness
    grey = expected.mean(axis=3, keepdims=True)
    expected = grey + saturation * (expected - grey)
    mean = expected.mean(axis=(1, 2, 3), keepdims=True)
    expected = mean + contrast * (expected - mean)
    output = adjust_colour(images, floats(*brightness.flat), floats(*saturation.flat), floats(*contrast.flat))
    np.testing.assert_allclose(numpy(output), expected, atol=1e-5)


def test_translation_by_hand():
    images = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3, 1)
    output = numpy(translate(images, integers(1), integers(-1)))[0, :, :, 0]
    np.testing.assert_array_equal(output, [[0, 0, 0], [2, 3, 0], [5, 6, 0]])


@pytest.mark.parametrize("side", [4, 7])
def test_translation_against_slices(side):
    """Every image by its own shift, also by more than the side."""
    shifts = [(down, right) for down in range(-side - 1, side + 2) for right in (-side, -2, 0, 1)]
    images = random_images(len(shifts), side)
    padded = np.pad(images, ((0, 0), (side + 1,) * 2, (side + 1,) * 2, (0, 0)))
    expected = [
        image[side + 1 - down :, side + 1 - right :][:side, :side]
        for image, (down, right) in zip(padded, shifts, strict=True)
    ]
    down, right = np.array(shifts).T
    np.testing.assert_array_equal(numpy(translate(images, integers(*down), integers(*right))), expected)


def test_cutout_by_hand():
    """A square of 2 in the middle, and one of which a corner is left."""
    output = numpy(cut_out(np.ones((2, 4, 4, 1), np.float32), integers(2, 0), integers(2, 4), 2))[..., 0]
    np.testing.assert_array_equal(output[0], [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]])
    np.testing.assert_array_equal(output[1], [[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]])


@pytest.mark.parametrize(("side", "blank"), [(4, {1, 2, 4}), (8, {4, 6, 8, 9, 12, 16}), (6, {4, 6, 9})])
def test_cutout_blanks_a_quarter_to_all_of_a_square_of_half_the_side(side, blank):
    """At 8: 2, 3 or 4 rows times 2, 3 or 4 columns. An odd square's middle is a pixel: 2 or 3 of 3 rows at 6."""
    images = np.ones((400, side, side, 3), np.float32)
    output = numpy(augment(images, ["cutout"], 1.0, SeedGenerator(0)))
    areas = (output == 0).all(axis=3).sum(axis=(1, 2))
    assert set(areas) == blank
    corners = output[areas == min(blank)][:, :: side - 1, :: side - 1]
    assert (corners == 0).any(axis=0).all(), "the least is left in each of the four corners"


@pytest.mark.parametrize(("side", "limit"), [(4, 1), (8, 1), (16, 2), (32, 4)])
def test_translation_goes_up_to_an_eighth_of_the_side_each_way(side, limit):
    images = np.zeros((400, side, side, 1), np.float32)
    images[:, side // 2, side // 2] = 1
    _, rows, columns, _ = np.nonzero(numpy(augment(images, ["translation"], 1.0, SeedGenerator(0))))
    assert set(rows - side // 2) == set(columns - side // 2) == set(range(-limit, limit + 1))
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.15


def test_colour_draws_from_the_papers_ranges():
    """One pixel of red and one of black tell all three numbers, images being affine in each."""
    images = np.zeros((1000, 1, 2, 3), np.float32)
    images[:, 0, 0, 0] = 1
    output = numpy(augment(images, ["colour"], 1.0, SeedGenerator(0))).astype(float)
    brightness = output.mean(axis=(1, 2, 3)) - 1 / 6
    contrast = (output[:, 0, 0].mean(axis=1) - output[:, 0, 1].mean(axis=1)) / (1 / 3)
    saturation = (output[:, 0, 0, 0] - output[:, 0, 0, 1]) / contrast
    for values, low, high in ((brightness, -0.5, 0.5), (saturation, 0, 2), (contrast, 0.5, 1.5)):
        assert low - 1e-4 < values.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < values.max() < high + 1e-4
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.05 * (high - low))


@pytest.mark.parametrize("channels", [1, 3])
def test_probability_0_changes_no_bit(channels):
    images = random_images(8, 8, channels)
    np.testing.assert_array_equal(numpy(augment(images, ALL, 0.0, SeedGenerator(0))), images)


@pytest.mark.parametrize("name", ["colour", "cutout"])
@pytest.mark.parametrize("channels", [1, 3])
def test_probability_1_changes_every_image(name, channels):
    images = random_images(200, 4, channels)
    output = augment(images, [name], 1.0, SeedGenerator(0))
    assert changed(images, output).all()
    assert keras.backend.standardize_dtype(output.dtype) == "float32"


def test_probability_1_translates_all_but_those_that_draw_no_shift():
    """8 of the 9 shifts at 4x4 move the image."""
    images = random_images(900, 4)
    moved = changed(images, augment(images, ["translation"], 1.0, SeedGenerator(0)))
    assert moved.mean() == pytest.approx(8 / 9, abs=0.04)


@pytest.mark.parametrize("probability", [0.2, 0.7])
def test_each_image_is_chosen_with_the_probability(probability):
    images = random_images(2000, 4)
    for name in ("colour", "cutout"):
        part = changed(images, augment(images, [name], probability, SeedGenerator(0))).mean()
        assert part == pytest.approx(probability, abs=0.04)


def test_images_are_chosen_anew_for_each_transformation():
    """A half twice: a quarter untouched. Cutout leaves zeros, colour changes a pixel that is none."""
    images = np.full((2000, 4, 4, 1), 0.5, np.float32)
    output = numpy(augment(images, ["colour", "cutout"], 0.5, SeedGenerator(0)))
    cut = (output == 0).any(axis=(1, 2, 3))
    coloured = (output.max(axis=(1, 2, 3)) != 0.5) | (output.min(axis=(1, 2, 3)) < 0)
    for one in (False, True):
        for other in (False, True):
            assert ((cut == one) & (coloured == other)).mean() == pytest.approx(0.25, abs=0.04)


def test_no_names_change_nothing():
    images = random_images(2, 4)
    assert augment(images, [], 1.0, SeedGenerator(0)) is images


def test_the_seed_decides():
    images = random_images(8, 8)
    first, again, other = (numpy(augment(images, ALL, 0.8, SeedGenerator(seed))) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_calls_differ():
    images = random_images(8, 8)
    seed_generator = SeedGenerator(0)
    first, second = (numpy(augment(images, ALL, 1.0, seed_generator)) for _ in range(2))
    assert (first != second).any()


def test_unknown_names_are_refused():
    with pytest.raises(KeyError, match="color"):
        augment(random_images(1, 4), ["color"], 1.0, SeedGenerator(0))


def test_the_gradient_is_the_transpose():
    """All transformations together are x -> A x + b: the gradient of w . (A x + b) is A's transpose times w."""
    shape = (3, 4, 4, 3)
    size = int(np.prod(shape[1:]))

    def transform(images):
        return augment(images, ALL, 0.8, SeedGenerator(5))

    basis = np.zeros((size, *shape), np.float32)
    for i in range(size):
        basis[i].reshape(3, size)[:, i] = 1
    offset = numpy(transform(np.zeros(shape, np.float32)))
    columns = [numpy(transform(column)) - offset for column in basis]
    matrix = np.stack([each.reshape(3, size) for each in columns], axis=-1)

    images = random_images(3, 4)
    np.testing.assert_allclose(
        numpy(transform(images)),
        (np.einsum("nij,nj->ni", matrix, images.reshape(3, size))).reshape(shape) + offset,
        atol=1e-5,
    )
    weights = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    gradient = numpy(derivative(lambda x: ops.sum(weights * transform(x)))(ops.convert_to_tensor(images)))
    expected = np.einsum("nij,ni->nj", matrix, weights.reshape(3, size)).reshape(shape)
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


@pytest.mark.parametrize("names", [*([name] for name in ALL), ALL])
def test_second_derivatives_match_finite_differences(names):
    """As in a gradient penalty: the slope of the squared norm of a discriminator's gradient, in a random direction."""
    images = random_images(4, 8)
    weights = np.random.default_rng(1).normal(size=images.shape).astype(np.float32)
    direction = np.random.default_rng(2).normal(size=images.shape).astype(np.float32)

    def score(x):
        return ops.sum(weights * ops.sin(augment(x, names, 0.8, SeedGenerator(6))))

    def penalty(x):
        return ops.sum(ops.square(derivative(score)(x)))

    second = numpy(derivative(penalty)(ops.convert_to_tensor(images)))
    assert np.isfinite(second).all()
    step = 1e-2
    above, below = (float(penalty(ops.convert_to_tensor(images + sign * step * direction))) for sign in (1, -1))
    slope = float((second.astype(float) * direction).sum())
    assert abs(slope) > 1
    assert (above - below) / (2 * step) == pytest.approx(slope, rel=0.02)


@pytest.mark.skipif(JAX, reason="counts the traces of tf.function")
def test_changing_the_probability_never_retraces():
    import tensorflow as tf

    images = tf.constant(random_images(64, 8))
    probability = keras.Variable(0.0, trainable=False)
    seed_generator = SeedGenerator(0)
    traces = []

    @tf.function
    def step(images):
        traces.append(images)
        return augment(images, ALL, probability, seed_generator)

    parts = []
    for value in (0.0, 0.5, 1.0):
        probability.assign(value)
        parts.append(changed(images.numpy(), step(images)).mean())
    assert len(traces) == 1
    assert parts[0] == 0 < parts[1] < parts[2] == 1


@pytest.mark.skipif(not JAX, reason="counts the traces of jax.jit")
def test_changing_the_probability_never_retraces_on_jax():
    import jax

    images = random_images(64, 8)
    seed_generator = SeedGenerator(0)
    traces = []

    @jax.jit
    def step(images, probability, seed):
        traces.append(images)
        with keras.StatelessScope([(seed_generator.state, seed)]):
            return augment(images, ALL, probability, seed_generator)

    seed = seed_generator.state.value
    parts = [changed(images, step(images, value, seed)).mean() for value in (0.0, 0.5, 1.0)]
    assert len(traces) == 1
    assert parts[0] == 0 < parts[1] < parts[2] == 1


@pytest.mark.parametrize(("mean_sign", "expected"), [(1, 0.54), (0.7, 0.54), (0.5, 0.46), (-1, 0.46)])
def test_the_probability_follows_the_mean_sign(mean_sign, expected):
    """4 images of 100: a step of 0.04."""
    new = adapt_probability(0.5, mean_sign, images=4, target=0.6, images_to_full=100)
    assert float(new) == pytest.approx(expected)


def test_the_probability_stays_one():
    assert float(adapt_probability(0.99, 1.0, images=8, target=0.6, images_to_full=100)) == 1
    assert float(adapt_probability(0.01, -1.0, images=8, target=0.6, images_to_full=100)) == 0


def test_an_augmentation_adapts_its_probability_to_a_target():
    """It rises from 0 to 1 in images_to_full images."""
    augmentation = Augmentation(ALL, probability=0.0, target=0.6, images_to_full=64)
    seen = []
    for _ in range(5):
        augmentation.adapt(1.0, images=16)
        seen.append(float(augmentation.probability.value))
    assert seen == [0.25, 0.5, 0.75, 1, 1]


def test_an_augmentation_without_a_target_keeps_its_probability():
    augmentation = Augmentation(["colour"], probability=0.3)
    augmentation.adapt(1.0, images=16)
    assert float(augmentation.probability.value) == pytest.approx(0.3)


def test_an_augmentation_applies_its_names_with_its_probability():
    images = random_images(8, 8)
    output = Augmentation(ALL, probability=0.8)(images, SeedGenerator(3))
    np.testing.assert_array_equal(numpy(output), numpy(augment(images, ALL, 0.8, SeedGenerator(3))))
