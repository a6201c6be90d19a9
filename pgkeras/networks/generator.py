"""The paper's generator at every resolution, as one graph with an output for each."""

import math

import keras
from keras import layers

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import HE_GAIN, EqualizedConv2D, EqualizedDense, Fade, LeakyReLU, PixelNormalization
from pgkeras.networks.stage_pair import StagePair


def build_generators(config: ProgressiveConfig, dtype: str = "float32") -> dict[int, StagePair]:
    """Builds the generators of all resolutions, which share their layers (Table 2).

    Args:
        config: the network's size.
        dtype: Keras dtype policy of the layers; images are float32 under every policy.

    Returns:
        A StagePair for each resolution from 4 to config.resolution. Models take latents (batch, latent_size) and give
        images (batch, resolution, resolution, channels), trained to lie in [-1, 1] and not clipped.

    >>> generators = build_generators(ProgressiveConfig(resolution=8, fmap_base=64, latent_size=16))
    >>> generators[8].straight.output_shape
    (None, 8, 8, 3)
    """
    latents = keras.Input((config.latent_size,), name="latents")
    features = _first_block(latents, config, dtype)
    image = _to_rgb(features, 4, config)
    pairs = {4: StagePair(keras.Model(latents, image, name="generator_0004"))}
    for resolution in config.resolutions[1:]:
        features = _block(features, resolution, config, dtype)
        previous = layers.UpSampling2D(2, dtype="float32", name=f"image_{resolution:04}_upsample")(image)
        image = _to_rgb(features, resolution, config)
        fade = Fade(dtype="float32", name=f"generator_{resolution:04}_fade")
        pairs[resolution] = StagePair(
            straight=keras.Model(latents, image, name=f"generator_{resolution:04}"),
            fade_in=keras.Model(latents, fade([previous, image]), name=f"generator_{resolution:04}_fade_in"),
            fade=fade,
        )
    return pairs


def _first_block(latents: keras.KerasTensor, config: ProgressiveConfig, dtype: str) -> keras.KerasTensor:
    feature_maps = config.feature_maps(4)
    x = PixelNormalization(dtype=dtype, name="latents_normalize")(latents)
    # The gain is He's, divided by 4 as in the official code: one latent feeds 4x4 pixels.
    x = EqualizedDense((4, 4, feature_maps), gain=HE_GAIN / math.sqrt(16), dtype=dtype, name="generator_0004_dense")(x)
    x = _activate(x, dtype, "generator_0004_dense")
    x = EqualizedConv2D(feature_maps, 3, dtype=dtype, name="generator_0004_conv")(x)
    return _activate(x, dtype, "generator_0004_conv")


def _block(x: keras.KerasTensor, resolution: int, config: ProgressiveConfig, dtype: str) -> keras.KerasTensor:
    x = layers.UpSampling2D(2, dtype=dtype, name=f"generator_{resolution:04}_upsample")(x)
    for name in (f"generator_{resolution:04}_conv_0", f"generator_{resolution:04}_conv_1"):
        x = EqualizedConv2D(config.feature_maps(resolution), 3, dtype=dtype, name=name)(x)
        x = _activate(x, dtype, name)
    return x


def _activate(x: keras.KerasTensor, dtype: str, name: str) -> keras.KerasTensor:
    x = LeakyReLU(dtype=dtype, name=f"{name}_activation")(x)
    return PixelNormalization(dtype=dtype, name=f"{name}_normalize")(x)


def _to_rgb(features: keras.KerasTensor, resolution: int, config: ProgressiveConfig) -> keras.KerasTensor:
    layer = EqualizedConv2D(config.channels, 1, gain=1.0, dtype="float32", name=f"generator_{resolution:04}_to_rgb")
    return layer(features)
