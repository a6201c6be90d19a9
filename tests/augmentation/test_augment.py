"""What holds for every augmentation: the random choice, and derivatives."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.random import SeedGenerator

from pgkeras.augmentation import AUGMENTATIONS, BGC, augment
from tests.augmentation.arrays import BACKEND, changed, derivative, numpy, random_images, tensor

ALL = list(AUGMENTATIONS)


@pytest.mark.parametrize("channels", [1, 3])
def test_probability_0_changes_no_bit(channels):
    images = random_images(8, 8, channels)
    np.testing.assert_array_equal(numpy(augment(tensor(images), ALL, 0.0, SeedGenerator(0))), images)


@pytest.mark.parametrize("name", ["colour", "cutout"])
@pytest.mark.parametrize("channels", [1, 3])
def test_probability_1_changes_every_image(name, channels):
    images = random_images(200, 4, channels)
    output = augment(tensor(images), [name], 1.0, SeedGenerator(0))
    assert changed(images, output).all()
    assert keras.backend.standardize_dtype(output.dtype) == "float32"


@pytest.mark.parametrize("probability", [0.2, 0.7])
def test_each_image_is_chosen_with_the_probability(probability):
    images = random_images(2000, 4)
    for name in ("colour", "cutout"):
        part = changed(images, augment(tensor(images), [name], probability, SeedGenerator(0))).mean()
        assert part == pytest.approx(probability, abs=0.04)


def test_images_are_chosen_anew_for_each_transformation():
    """A half twice: a quarter untouched. Cutout leaves zeros, colour changes a pixel that is none."""
    images = np.full((2000, 4, 4, 1), 0.5, np.float32)
    output = numpy(augment(tensor(images), ["colour", "cutout"], 0.5, SeedGenerator(0)))
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
    first, again, other = (numpy(augment(tensor(images), ALL, 0.8, SeedGenerator(seed))) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_calls_differ():
    images = random_images(8, 8)
    seed_generator = SeedGenerator(0)
    first, second = (numpy(augment(tensor(images), ALL, 1.0, seed_generator)) for _ in range(2))
    assert (first != second).any()


def test_bgc_stands_for_all_of_adas_transformations():
    """And their order is the paper's, before DiffAugment's."""
    images = tensor(random_images(8, 8))

    def augmented(*names: str) -> np.ndarray:
        return numpy(augment(images, names, 0.5, SeedGenerator(3)))

    together = augmented("bgc", "cutout")
    np.testing.assert_array_equal(together, augmented("cutout", *BGC[::-1]))
    assert ((together == augmented("bgc")) | (together == 0)).all()


def test_unknown_names_are_refused():
    with pytest.raises(KeyError, match="color"):
        augment(tensor(random_images(1, 4)), ["color"], 1.0, SeedGenerator(0))


def test_the_gradient_is_the_transpose():
    """All transformations together are x -> A x + b: the gradient of w . (A x + b) is A's transpose times w."""
    shape = (3, 4, 4, 3)
    size = int(np.prod(shape[1:]))

    def transform(images):
        return augment(tensor(images), ALL, 0.8, SeedGenerator(5))

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
    gradient = numpy(derivative(lambda x: ops.sum(tensor(weights) * transform(x)))(tensor(images)))
    expected = np.einsum("nij,ni->nj", matrix, weights.reshape(3, size)).reshape(shape)
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


@pytest.mark.parametrize("names", [*([name] for name in ALL), ALL])
def test_second_derivatives_match_finite_differences(names):
    """As in a gradient penalty: the slope of the squared norm of a discriminator's gradient, in a random direction."""
    images = random_images(4, 8)
    weights = np.random.default_rng(1).normal(size=images.shape).astype(np.float32)
    direction = np.random.default_rng(2).normal(size=images.shape).astype(np.float32)

    def score(x):
        return ops.sum(tensor(weights) * ops.sin(augment(x, names, 0.8, SeedGenerator(6))))

    def penalty(x):
        return ops.sum(ops.square(derivative(score)(x)))

    second = numpy(derivative(penalty)(tensor(images)))
    assert np.isfinite(second).all()
    step = 1e-2
    above, below = (numpy(penalty(tensor(images + sign * step * direction))) for sign in (1, -1))
    slope = float((second.astype(float) * direction).sum())
    assert abs(slope) > 1
    assert (above - below) / (2 * step) == pytest.approx(slope, rel=0.02)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="counts the traces of tf.function")
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
    for value in (0.0, 0.05, 1.0):
        probability.assign(value)
        parts.append(changed(images.numpy(), step(images)).mean())
    assert len(traces) == 1
    assert parts[0] == 0 < parts[1] < parts[2] == 1


@pytest.mark.skipif(BACKEND != "jax", reason="counts the traces of jax.jit")
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
    parts = [changed(images, step(images, value, seed)).mean() for value in (0.0, 0.05, 1.0)]
    assert len(traces) == 1
    assert parts[0] == 0 < parts[1] < parts[2] == 1
