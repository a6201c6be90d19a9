"""The paper's discriminator at every resolution: the generator's mirror image."""

import keras
from keras import layers

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import Fade, LeakyReLU, MinibatchDiscrimination, MinibatchStddev
from pgkeras.networks.parts import (
    Layers,
    chain,
    convolution,
    discriminator_activation,
    fused_convolution,
    judge,
    judgement,
)
from pgkeras.networks.stage_pair import StagePair


def progressive_discriminators(config: ProgressiveConfig, dtype: str) -> dict[int, StagePair]:
    """Builds the discriminators of all resolutions, which share their layers (Table 2).

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; scores are float32 under every policy.
    """
    from_rgb = {resolution: _from_rgb(resolution, config, dtype) for resolution in config.resolutions}
    blocks = {resolution: _block(resolution, config, dtype) for resolution in config.resolutions[1:]}
    blocks[4] = _last_block(config, dtype)
    heads = judgement(config, "discriminator_0004")

    def judge_from(resolution: int, features: keras.KerasTensor) -> keras.KerasTensor | list[keras.KerasTensor]:
        while resolution >= 4:
            features = chain(blocks[resolution], features)
            resolution //= 2
        return judge(heads, features)

    pairs = {}
    for resolution in config.resolutions:
        name = f"discriminator_{resolution:04}"
        image = keras.Input((resolution, resolution, config.channels), name="image")
        features = chain(from_rgb[resolution], image)
        straight = keras.Model(image, judge_from(resolution, features), name=name)
        if resolution == 4:
            pairs[resolution] = StagePair(straight)
            continue
        smaller = layers.AveragePooling2D(2, dtype="float32", name=f"{name}_image_downsample")(image)
        previous = chain(from_rgb[resolution // 2], smaller)
        fade = Fade(dtype=dtype, name=f"{name}_fade")
        blended = fade([previous, chain(blocks[resolution], features)])
        fade_in = keras.Model(image, judge_from(resolution // 2, blended), name=f"{name}_fade_in")
        pairs[resolution] = StagePair(straight, fade_in, fade)
    return pairs


def _from_rgb(resolution: int, config: ProgressiveConfig, dtype: str) -> Layers:
    name = f"discriminator_{resolution:04}_from_rgb"
    layer = convolution(config, config.feature_maps(resolution), 1, dtype=dtype, name=name)
    return [layer, LeakyReLU(dtype=dtype, name=f"{name}_activation")]


def _block(resolution: int, config: ProgressiveConfig, dtype: str) -> Layers:
    name = f"discriminator_{resolution:04}"
    first = _convolution(f"{name}_conv_0", config.feature_maps(resolution), 3, config, dtype)
    second, feature_maps = f"{name}_conv_1", config.feature_maps(resolution // 2)
    if config.fused_scale:
        downscaling = fused_convolution(config, feature_maps, "down", dtype=dtype, name=second)
        return [*first, downscaling, *discriminator_activation(config, second, dtype)]
    return [
        *first,
        *_convolution(second, feature_maps, 3, config, dtype),
        layers.AveragePooling2D(2, dtype=dtype, name=f"{name}_downsample"),
    ]


def _last_block(config: ProgressiveConfig, dtype: str) -> Layers:
    name = "discriminator_0004"
    steps = [
        *_convolution(f"{name}_conv_0", config.feature_maps(4), 3, config, dtype),
        *_convolution(f"{name}_conv_1", config.feature_maps(2), 4, config, dtype, padding="valid"),
        layers.Flatten(dtype="float32", name=f"{name}_flatten"),
    ]
    if config.minibatch_discrimination == "stddev":
        layer = MinibatchStddev(config.minibatch_stddev_group, dtype=dtype, name=f"{name}_minibatch_stddev")
        return [layer, *steps]
    if config.minibatch_discrimination == "learned":
        return [*steps, MinibatchDiscrimination(dtype="float32", name=f"{name}_minibatch_discrimination")]
    return steps


def _convolution(
    name: str, filters: int, kernel_size: int, config: ProgressiveConfig, dtype: str, padding: str = "same"
) -> Layers:
    layer = convolution(config, filters, kernel_size, padding=padding, dtype=dtype, name=name)
    return [layer, *discriminator_activation(config, name, dtype)]
