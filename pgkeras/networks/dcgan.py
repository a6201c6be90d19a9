"""DCGAN (Radford et al., arXiv 1511.06434, Figure 1): strided convolutions, one resolution, no growing."""

import keras
from keras import layers

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import LeakyReLU
from pgkeras.networks.parts import (
    chain,
    dense,
    discriminator_activation,
    generator_activation,
    generator_inputs,
    image_activation,
    initializer,
    judge,
    judgement,
)
from pgkeras.networks.stage_pair import StagePair

KERNEL_SIZE = 5


def dcgan_generators(config: ProgressiveConfig, dtype: str) -> dict[int, StagePair]:
    """Builds the generator: a projection to 4x4, then transposed convolutions, each doubling the side.

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; images are float32 under every policy.
    """
    inputs, x = generator_inputs(config, dtype)
    name = "generator_0004_dense"
    x = chain(dense(config, (4, 4, config.feature_maps(4)), dtype=dtype, name=name), x)
    x = chain(generator_activation(config, name, dtype), x)
    for resolution in config.resolutions[1:]:
        is_last = resolution == config.resolution
        name = f"generator_{resolution:04}_conv"
        layer = layers.Conv2DTranspose(
            config.channels if is_last else config.feature_maps(resolution),
            KERNEL_SIZE,
            strides=2,
            padding="same",
            kernel_initializer=initializer(config),
            dtype="float32" if is_last else dtype,
            name=name,
        )
        after = image_activation(config, resolution) if is_last else generator_activation(config, name, dtype)
        x = chain([layer, *after], x)
    return {config.resolution: StagePair(keras.Model(inputs, x, name=f"generator_{config.resolution:04}"))}


def dcgan_discriminators(config: ProgressiveConfig, dtype: str) -> dict[int, StagePair]:
    """Builds the discriminator: strided convolutions, each halving the side, down to 4x4.

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; scores are float32 under every policy.
    """
    image = x = keras.Input((config.resolution, config.resolution, config.channels), name="image")
    for resolution in reversed(config.resolutions[1:]):
        name = f"discriminator_{resolution:04}_conv"
        layer = layers.Conv2D(
            config.feature_maps(resolution // 2),
            KERNEL_SIZE,
            strides=2,
            padding="same",
            kernel_initializer=initializer(config),
            dtype=dtype,
            name=name,
        )
        # The first layer is not normalized (section 3).
        is_first = resolution == config.resolution
        after = [LeakyReLU(dtype=dtype, name=f"{name}_activation")]
        x = chain([layer, *(after if is_first else discriminator_activation(config, name, dtype))], x)
    x = layers.Flatten(dtype="float32", name="discriminator_0004_flatten")(x)
    outputs = judge(judgement(config, "discriminator_0004"), x)
    return {config.resolution: StagePair(keras.Model(image, outputs, name=f"discriminator_{config.resolution:04}"))}
