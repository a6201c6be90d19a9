"""The paper's generator at every resolution, as one graph with an output for each."""

import math

import keras
from keras import layers

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import HE_GAIN, Fade
from pgkeras.networks.parts import (
    chain,
    convolution,
    dense,
    fused_convolution,
    generator_activation,
    generator_inputs,
    image_activation,
)
from pgkeras.networks.stage_pair import StagePair


def progressive_generators(config: ProgressiveConfig, dtype: str) -> dict[int, StagePair]:
    """Builds the generators of all resolutions, which share their layers (Table 2).

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; images are float32 under every policy.
    """
    inputs, x = generator_inputs(config, dtype)
    features = _first_block(x, config, dtype)
    image = _to_rgb(features, 4, config)
    pairs = {4: StagePair(keras.Model(inputs, image, name="generator_0004"))}
    for resolution in config.resolutions[1:]:
        features = _block(features, resolution, config, dtype)
        previous = layers.UpSampling2D(2, dtype="float32", name=f"image_{resolution:04}_upsample")(image)
        image = _to_rgb(features, resolution, config)
        fade = Fade(dtype="float32", name=f"generator_{resolution:04}_fade")
        pairs[resolution] = StagePair(
            straight=keras.Model(inputs, image, name=f"generator_{resolution:04}"),
            fade_in=keras.Model(inputs, fade([previous, image]), name=f"generator_{resolution:04}_fade_in"),
            fade=fade,
        )
    return pairs


def _first_block(x: keras.KerasTensor, config: ProgressiveConfig, dtype: str) -> keras.KerasTensor:
    feature_maps = config.feature_maps(4)
    name = "generator_0004_dense"
    # The gain is He's, divided by 4 as in the official code: one latent feeds 4x4 pixels.
    x = chain(dense(config, (4, 4, feature_maps), gain=HE_GAIN / math.sqrt(16), dtype=dtype, name=name), x)
    x = chain(generator_activation(config, name, dtype), x)
    return _convolution(x, 4, "generator_0004_conv", config, dtype)


def _block(x: keras.KerasTensor, resolution: int, config: ProgressiveConfig, dtype: str) -> keras.KerasTensor:
    name = f"generator_{resolution:04}"
    if config.fused_scale:
        first = f"{name}_conv_0"
        upscaling = fused_convolution(config, config.feature_maps(resolution), "up", dtype=dtype, name=first)
        x = chain([upscaling, *generator_activation(config, first, dtype)], x)
    else:
        x = layers.UpSampling2D(2, dtype=dtype, name=f"{name}_upsample")(x)
        x = _convolution(x, resolution, f"{name}_conv_0", config, dtype)
    return _convolution(x, resolution, f"{name}_conv_1", config, dtype)


def _convolution(
    x: keras.KerasTensor, resolution: int, name: str, config: ProgressiveConfig, dtype: str
) -> keras.KerasTensor:
    layer = convolution(config, config.feature_maps(resolution), 3, dtype=dtype, name=name)
    return chain([layer, *generator_activation(config, name, dtype)], x)


def _to_rgb(features: keras.KerasTensor, resolution: int, config: ProgressiveConfig) -> keras.KerasTensor:
    name = f"generator_{resolution:04}_to_rgb"
    layer = convolution(config, config.channels, 1, gain=1.0, dtype="float32", name=name)
    return chain([layer, *image_activation(config, resolution)], features)
