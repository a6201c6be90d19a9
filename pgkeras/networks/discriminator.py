"""The paper's discriminator at every resolution: the generator's mirror image."""

import keras
from keras import layers

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import EqualizedConv2D, EqualizedDense, Fade, LeakyReLU, MinibatchStddev
from pgkeras.networks.stage_pair import StagePair


def build_discriminators(config: ProgressiveConfig, dtype: str = "float32") -> dict[int, StagePair]:
    """Builds the discriminators of all resolutions, which share their layers (Table 2).

    Args:
        config: the network's size.
        dtype: Keras dtype policy of the layers; scores are float32 under every policy.

    Returns:
        A StagePair for each resolution from 4 to config.resolution. Models take images
        (batch, resolution, resolution, channels) in [-1, 1] and give scores (batch, 1), higher for real ones.

    >>> discriminators = build_discriminators(ProgressiveConfig(resolution=8, fmap_base=64))
    >>> discriminators[8].fade_in.output_shape
    (None, 1)
    """
    from_rgb = {resolution: _from_rgb(resolution, config, dtype) for resolution in config.resolutions}
    blocks = {resolution: _block(resolution, config, dtype) for resolution in config.resolutions[1:]}
    blocks[4] = _last_block(config, dtype)

    def score(features: keras.KerasTensor, resolution: int) -> keras.KerasTensor:
        while resolution >= 4:
            features = _chain(blocks[resolution], features)
            resolution //= 2
        return features

    pairs = {}
    for resolution in config.resolutions:
        name = f"discriminator_{resolution:04}"
        image = keras.Input((resolution, resolution, config.channels), name="image")
        features = _chain(from_rgb[resolution], image)
        straight = keras.Model(image, score(features, resolution), name=name)
        if resolution == 4:
            pairs[resolution] = StagePair(straight)
            continue
        smaller = layers.AveragePooling2D(2, dtype="float32", name=f"{name}_image_downsample")(image)
        previous = _chain(from_rgb[resolution // 2], smaller)
        fade = Fade(dtype=dtype, name=f"{name}_fade")
        blended = fade([previous, _chain(blocks[resolution], features)])
        fade_in = keras.Model(image, score(blended, resolution // 2), name=f"{name}_fade_in")
        pairs[resolution] = StagePair(straight, fade_in, fade)
    return pairs


def _chain(steps: list[keras.Layer], x: keras.KerasTensor) -> keras.KerasTensor:
    for step in steps:
        x = step(x)
    return x


def _activated(layer: keras.Layer, dtype: str) -> list[keras.Layer]:
    return [layer, LeakyReLU(dtype=dtype, name=f"{layer.name}_activation")]


def _from_rgb(resolution: int, config: ProgressiveConfig, dtype: str) -> list[keras.Layer]:
    name = f"discriminator_{resolution:04}_from_rgb"
    return _activated(EqualizedConv2D(config.feature_maps(resolution), 1, dtype=dtype, name=name), dtype)


def _block(resolution: int, config: ProgressiveConfig, dtype: str) -> list[keras.Layer]:
    name = f"discriminator_{resolution:04}"
    return [
        *_activated(EqualizedConv2D(config.feature_maps(resolution), 3, dtype=dtype, name=f"{name}_conv_0"), dtype),
        *_activated(
            EqualizedConv2D(config.feature_maps(resolution // 2), 3, dtype=dtype, name=f"{name}_conv_1"), dtype
        ),
        layers.AveragePooling2D(2, dtype=dtype, name=f"{name}_downsample"),
    ]


def _last_block(config: ProgressiveConfig, dtype: str) -> list[keras.Layer]:
    name = "discriminator_0004"
    return [
        MinibatchStddev(config.minibatch_stddev_group, dtype=dtype, name=f"{name}_minibatch_stddev"),
        *_activated(EqualizedConv2D(config.feature_maps(4), 3, dtype=dtype, name=f"{name}_conv_0"), dtype),
        *_activated(
            EqualizedConv2D(config.feature_maps(2), 4, padding="valid", dtype=dtype, name=f"{name}_conv_1"), dtype
        ),
        layers.Flatten(dtype="float32", name=f"{name}_flatten"),
        EqualizedDense(1, gain=1.0, dtype="float32", name=f"{name}_score"),
    ]
