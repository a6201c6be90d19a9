"""Truncation pulls images towards the average one, of each class."""

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.errors import UserError
from pgkeras.latents import latents_from_seeds
from pgkeras.presets import dcgan
from pgkeras.sampling import sample_latents
from pgkeras.truncation import truncate
from tests.other_backends import on_other_backends, run_tests

LATENTS = latents_from_seeds(range(100, 120), 6)
TINY = {"resolution": 8, "fmap_max": 8, "fmap_base": 64, "latent_size": 6}


def build(**options) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_generators(ProgressiveConfig(**(options | TINY)))[8].straight


def linear_generator() -> keras.Model:
    keras.utils.set_random_seed(0)
    latents = keras.Input((6,))
    x = keras.layers.Reshape((4, 4, 2))(keras.layers.Dense(32, bias_initializer="uniform")(latents))
    return keras.Model(latents, keras.layers.Conv2D(3, 3, padding="same", bias_initializer="uniform")(x))


def test_a_linear_generator_by_hand():
    """Then the mean of features is the features of the mean, and truncating them is truncating the latents."""
    generator = linear_generator()
    mean = latents_from_seeds(range(1024), 6).mean(axis=0)
    expected = sample_latents(generator, mean + 0.3 * (LATENTS - mean))
    np.testing.assert_allclose(sample_latents(truncate(generator, 0.3), LATENTS), expected, atol=1e-5)


def test_the_papers_generator_by_hand():
    """Table 2's first layer in NumPy, and the rest of the network on what becomes of it."""
    generator = build()
    kernel, bias = generator.get_layer("generator_0004_dense").get_weights()

    def first_features(latents):
        unit = latents / np.sqrt(np.square(latents).mean(axis=1, keepdims=True))
        x = np.tensordot(unit, kernel * np.sqrt(2 / 6) / 4, axes=1) + bias
        x = np.maximum(x, 0.2 * x)
        return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True))

    mean = first_features(latents_from_seeds(range(1024), 6)).mean(axis=0)
    rest = keras.Model(generator.get_layer("generator_0004_conv").input, generator.output)
    expected = sample_latents(rest, (mean + 0.7 * (first_features(LATENTS) - mean)).astype(np.float32))
    np.testing.assert_allclose(sample_latents(truncate(generator, 0.7), LATENTS), expected, atol=2e-5)


def test_without_truncation_no_bit_changes():
    generator = build()
    assert truncate(generator, 1) is generator


@pytest.mark.parametrize(
    "options",
    [{}, dcgan().model_dump()],
    ids=["progressive", "dcgan"],
)
def test_less_is_less_variety(options):
    generator = build(**options)
    variety = [sample_latents(truncate(generator, psi), LATENTS).std(axis=0).mean() for psi in (0.001, 0.3, 0.7, 1)]
    assert variety == sorted(variety)
    assert variety[0] < 0.005 * variety[-1]


def test_each_class_has_its_own_average():
    generator = truncate(build(label_size=3), 0.001)
    cat, dog = (
        sample_latents(generator, LATENTS, np.tile(label, (20, 1))) for label in np.eye(3, dtype=np.float32)[:2]
    )
    difference = np.abs(cat - dog).mean()
    assert max(cat.std(axis=0).max(), dog.std(axis=0).max()) < 0.05 * difference
    both = sample_latents(generator, LATENTS, np.tile(np.float32([0.5, 0.5, 0]), (20, 1)))
    assert 0 < np.abs(cat - both).mean() < difference


def test_many_classes_have_means_of_fewer_latents():
    """A linear generator of 200 classes: features are the latent and the class, so are their means; 65,536 / 200."""
    classes = 200
    inputs = [keras.Input((6,)), keras.Input((classes,))]
    both = keras.layers.Reshape((1, 1, 6 + classes))(keras.layers.Concatenate()(inputs))
    kernel = np.zeros((1, 1, 6 + classes, 6), np.float32)
    kernel[0, 0, :6] = np.eye(6)
    kernel[0, 0, 6:] = np.arange(classes)[:, None]
    generator = keras.Model(inputs, keras.layers.Conv2D(6, 1, use_bias=False)(both))
    generator.set_weights([kernel])
    labels = np.eye(classes, dtype=np.float32)[[0, 150, 199]]
    expected = latents_from_seeds(range(327), 6).mean(axis=0) + np.array([[0], [150], [199]])
    images = sample_latents(truncate(generator, 0), LATENTS[:3], labels)
    np.testing.assert_allclose(images[:, 0, 0], expected, atol=1e-4)


def test_bfloat16_is_no_further_from_float32_than_without_truncation():
    generator = build_generators(ProgressiveConfig(**TINY), "mixed_bfloat16")[8].straight
    generator.set_weights(build().get_weights())
    errors = []
    for psi in (0.5, 1):
        expected = sample_latents(truncate(build(), psi), LATENTS)
        errors.append(np.abs(sample_latents(truncate(generator, psi), LATENTS) - expected).mean())
    assert errors[0] < 1.2 * errors[1]


def test_a_generator_without_convolutions():
    latents = keras.Input((6,))
    model = keras.Model(latents, keras.layers.Reshape((4, 4, 3))(keras.layers.Dense(48)(latents)), name="dense_only")
    with pytest.raises(UserError, match="`truncation`: dense_only has no convolution"):
        truncate(model, 0.5)


@on_other_backends("torch")
def test_truncation_on(other_backend):
    run_tests(other_backend, __file__)
