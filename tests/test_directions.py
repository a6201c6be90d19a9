"""SeFa's directions against matrices whose singular vectors are known."""

import keras
import numpy as np
import pytest

from pgkeras import build_generators
from pgkeras.directions import factorize, semantic_directions
from pgkeras.presets import PRESETS


def test_directions_are_the_left_singular_vectors():
    """W = U diag(10, 1), where U turns by the angle of the triangle 3, 4, 5."""
    weights = np.array([[0.6, -0.8], [0.8, 0.6]]) @ np.diag([10.0, 1.0])
    np.testing.assert_allclose(factorize(weights, 2), [[0.6, 0.8], [0.8, -0.6]], atol=1e-6)
    np.testing.assert_allclose(factorize(-weights, 1), [[0.6, 0.8]], atol=1e-6)


def test_wide_weights_against_the_singular_value_decomposition():
    weights = np.random.default_rng(0).normal(size=(6, 40))
    directions = factorize(weights, 4)
    assert directions.dtype == np.float32
    vectors, values, _ = np.linalg.svd(weights)
    np.testing.assert_allclose(np.abs(directions @ vectors[:, :4]), np.eye(4), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(directions @ weights, axis=1), values[:4], rtol=1e-5)


@pytest.mark.parametrize("preset", ["paper", "dcgan"])
@pytest.mark.parametrize("label_size", [0, 2])
def test_a_generators_directions_are_its_first_layers(preset, label_size):
    """The second component of the latent gets all the weight, then the first; labels count for nothing."""
    changes = {"resolution": 8, "fmap_max": 4, "latent_size": 3, "label_size": label_size}
    config = PRESETS[preset]().model_copy(update=changes)
    generator = build_generators(config)[8].straight
    kernel = generator.get_layer("generator_0004_dense").kernel
    values = np.zeros(kernel.shape, np.float32).reshape(kernel.shape[0], -1)
    values[0, 0], values[1, 1], values[2, 2], values[3:, 3] = 2, 3, 1, 100
    kernel.assign(values.reshape(kernel.shape))
    assert semantic_directions(generator, 2).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert len(semantic_directions(generator, 10)) == 3


def test_generators_without_a_first_dense_layer_are_refused():
    inputs = keras.Input((4,))
    images = keras.layers.Conv2DTranspose(3, 4, name="first")(keras.layers.Reshape((1, 1, 4))(inputs))
    with pytest.raises(ValueError, match="must be dense, with 4 inputs; received Conv2DTranspose 'first'"):
        semantic_directions(keras.Model(inputs, images), 2)
    with pytest.raises(ValueError, match="received none"):
        semantic_directions(keras.Model(inputs, keras.layers.Reshape((2, 2, 1))(inputs)), 2)
