"""Labels in both networks, as the official code has them."""

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.labels import one_hot

CONFIG = ProgressiveConfig(resolution=8, fmap_max=8, latent_size=5, label_size=3)


@pytest.fixture(scope="module")
def generators():
    keras.utils.set_random_seed(0)
    return build_generators(CONFIG)


@pytest.fixture(scope="module")
def discriminators():
    keras.utils.set_random_seed(1)
    return build_discriminators(CONFIG)


def latents() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)


def labels() -> np.ndarray:
    return one_hot(np.array([0, 1, 2, 1]), 3)


def test_labels_stand_beside_the_latents_before_normalization(generators):
    """The first layer's input by hand: the concatenation, divided by its root mean square."""
    model = generators[4].straight
    first = keras.Model(model.inputs, model.get_layer("latents_normalize").output)
    both = np.concatenate([latents(), labels()], axis=1)
    expected = both / np.sqrt(np.mean(both**2, axis=1, keepdims=True) + 1e-8)
    np.testing.assert_allclose(ops.convert_to_numpy(first([latents(), labels()])), expected, rtol=1e-5)


@pytest.mark.parametrize("resolution", [4, 8])
def test_shapes(generators, discriminators, resolution):
    for model in (generators[resolution].straight, generators[resolution].fade_in):
        if model:
            images = model([latents(), labels()])
            assert images.shape == (4, resolution, resolution, 3)
    for model in (discriminators[resolution].straight, discriminators[resolution].fade_in):
        if model:
            scores, logits = model(images)
            assert scores.shape == (4, 1)
            assert logits.shape == (4, 3)


def test_another_class_is_another_image(generators):
    model = generators[8].straight
    one = model([latents(), labels()])
    other = model([latents(), labels()[::-1]])
    assert np.abs(ops.convert_to_numpy(one - other)).max() > 1e-2


def test_score_and_logits_come_from_the_same_features(discriminators):
    """Two dense layers side by side are one dense layer of 1 + 3 units: both read the flattened 4x4 features."""
    model = discriminators[8].straight
    score, logits = (model.get_layer(f"discriminator_0004_{head}") for head in ("score", "labels"))
    assert score.input is logits.input
    assert score.scale == logits.scale == pytest.approx(1 / np.sqrt(8))
