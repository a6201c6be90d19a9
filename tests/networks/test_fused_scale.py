"""Networks whose convolutions are fused with up- and downscaling, against those in Table 2's order.

Compared in float64, where sums in another order do not differ visibly.
"""

import keras
import numpy as np
import pytest
from keras import layers

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.layers import FusedConv2D

CONFIG = ProgressiveConfig(resolution=16, fmap_base=64, latent_size=8)
FUSED = CONFIG.model_copy(update={"fused_scale": True})
RANDOM = np.random.default_rng(0)


def with_weights_of(model: keras.Model, other: keras.Model) -> keras.Model:
    """Both have the same layers by name, but for those without weights."""
    for layer in other.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())
    return model


@pytest.mark.parametrize("equalized", [True, False])
def test_a_fused_generator_makes_the_same_images(equalized):
    options = {"equalized_learning_rate": equalized}
    plain = build_generators(CONFIG.model_copy(update=options), "float64")[16]
    fused = build_generators(FUSED.model_copy(update=options), "float64")[16]
    latents = RANDOM.normal(size=(4, 8))
    for one, other in ((plain.straight, fused.straight), (plain.fade_in, fused.fade_in)):
        np.testing.assert_allclose(with_weights_of(other, one)(latents), one(latents), atol=1e-6)


def test_a_fused_discriminator_activates_after_the_downscaling():
    """The block written out: convolution, activation; convolution, mean of 2x2 pixels, activation."""
    model = build_discriminators(FUSED, "float64")[8].straight
    images = RANDOM.normal(size=(4, 8, 8, 3))
    layer = {each.name: each for each in model.layers}
    x = images
    for name in ("from_rgb", "conv_0"):
        x = layer[f"discriminator_0008_{name}_activation"](layer[f"discriminator_0008_{name}"](x))
    second = layer["discriminator_0008_conv_1"]
    plain = layers.Conv2D(second.filters, 3, padding="same", dtype="float64")
    plain.build(x.shape)
    plain.set_weights([second.get_weights()[0] * second.scale, second.get_weights()[1]])
    x = layers.LeakyReLU(0.2, dtype="float64")(layers.AveragePooling2D(2, dtype="float64")(plain(x)))
    rest = keras.Model(layer["discriminator_0008_conv_1_activation"].output, model.output)
    np.testing.assert_allclose(rest(x), model(images), atol=1e-6)


def test_no_pixel_is_repeated_or_averaged_by_itself():
    """But in the way of the previous resolution's image."""
    for build in (build_generators, build_discriminators):
        model = build(FUSED)[16].straight
        assert sum(isinstance(layer, FusedConv2D) for layer in model.layers) == 2
        assert not any(isinstance(layer, layers.UpSampling2D | layers.AveragePooling2D) for layer in model.layers)


def test_a_fused_generator_loads_from_its_file(tmp_path):
    model = build_generators(FUSED)[16].straight
    model.save(tmp_path / "generator_0016.keras")
    loaded = keras.models.load_model(tmp_path / "generator_0016.keras")
    latents = RANDOM.normal(size=(2, 8)).astype(np.float32)
    np.testing.assert_array_equal(loaded(latents), model(latents))
