"""What networks are made of, as a config wants it: weights equalized or not, features normalized or not."""

import math
from typing import Literal

import keras
from keras import layers
from keras.initializers import Initializer, RandomNormal, VarianceScaling

from pgkeras.config import ProgressiveConfig
from pgkeras.layers import HE_GAIN, EqualizedConv2D, EqualizedDense, FusedConv2D, LeakyReLU, PixelNormalization

Layers = list[keras.Layer]


def chain(steps: Layers, x: keras.KerasTensor) -> keras.KerasTensor:
    """Applies one layer after the other.

    Args:
        steps: the layers.
        x: the first one's input.
    """
    for step in steps:
        x = step(x)
    return x


def initializer(config: ProgressiveConfig, gain: float = HE_GAIN) -> Initializer:
    """The first weights of a layer without equalized learning rate: He's, or DCGAN's N(0, 0.02²).

    Args:
        config: says which.
        gain: numerator of He's constant, gain / sqrt(fan in).
    """
    if config.network == "dcgan":
        return RandomNormal(stddev=0.02)
    return VarianceScaling(gain**2, mode="fan_in", distribution="untruncated_normal")


def convolution(
    config: ProgressiveConfig,
    filters: int,
    kernel_size: int,
    *,
    name: str,
    dtype: str,
    gain: float = HE_GAIN,
    padding: str = "same",
) -> keras.Layer:
    """A convolution, with equalized learning rate if the config wants it.

    Args:
        config: of the network.
        filters: output channels.
        kernel_size: kernel side in pixels.
        name: of the layer.
        dtype: its policy.
        gain: numerator of He's constant.
        padding: "same" or "valid".
    """
    if config.equalized_learning_rate:
        return EqualizedConv2D(filters, kernel_size, gain=gain, padding=padding, dtype=dtype, name=name)
    first = initializer(config, gain)
    return layers.Conv2D(filters, kernel_size, padding=padding, kernel_initializer=first, dtype=dtype, name=name)


def fused_convolution(
    config: ProgressiveConfig, filters: int, scaling: Literal["up", "down"], *, name: str, dtype: str
) -> keras.Layer:
    """A 3x3 convolution in one with the doubling before it, or the halving after it.

    Args:
        config: of the network.
        filters: output channels.
        scaling: of the side.
        name: of the layer.
        dtype: its policy.
    """
    return FusedConv2D(filters, scaling, equalized=config.equalized_learning_rate, dtype=dtype, name=name)


def dense(config: ProgressiveConfig, units: tuple[int, ...], *, name: str, dtype: str, gain: float = HE_GAIN) -> Layers:
    """A fully connected layer, with equalized learning rate if the config wants it.

    Args:
        config: of the network.
        units: the shape of one output.
        name: of the layer.
        dtype: its policy.
        gain: numerator of He's constant.
    """
    if config.equalized_learning_rate:
        return [EqualizedDense(units, gain=gain, dtype=dtype, name=name)]
    first = initializer(config, gain)
    return [
        layers.Dense(math.prod(units), kernel_initializer=first, dtype=dtype, name=name),
        layers.Reshape(units, dtype=dtype, name=f"{name}_reshape"),
    ]


def generator_activation(config: ProgressiveConfig, name: str, dtype: str) -> Layers:
    """What follows a layer of the generator: pixel normalization after the activation (Table 2), batch before it.

    Args:
        config: of the network.
        name: of the layer.
        dtype: policy of what follows.
    """
    make = layers.ReLU if config.generator_activation == "relu" else LeakyReLU
    activation = make(dtype=dtype, name=f"{name}_activation")
    if config.generator_normalization == "pixel":
        return [activation, PixelNormalization(dtype=dtype, name=f"{name}_normalize")]
    if config.generator_normalization == "batch":
        return [_batch_normalization(config, name), activation]
    return [activation]


def discriminator_activation(config: ProgressiveConfig, name: str, dtype: str) -> Layers:
    """What follows a convolution of the discriminator: normalization, if there is one, and leaky ReLU.

    Args:
        config: of the network.
        name: of the layer.
        dtype: policy of the activation.
    """
    activation = LeakyReLU(dtype=dtype, name=f"{name}_activation")
    if config.discriminator_normalization == "layer":
        # A single group: over height, width and channels, with a gain and a bias per channel.
        return [layers.GroupNormalization(1, dtype="float32", name=f"{name}_normalize"), activation]
    if config.discriminator_normalization == "batch":
        return [_batch_normalization(config, name), activation]
    return [activation]


def image_activation(config: ProgressiveConfig, resolution: int) -> Layers:
    """What makes features an image, after the convolution to RGB.

    Args:
        config: of the network.
        resolution: of the image.
    """
    if config.output_activation == "linear":
        return []
    return [layers.Activation("tanh", dtype="float32", name=f"generator_{resolution:04}_output")]


def generator_inputs(
    config: ProgressiveConfig, dtype: str
) -> tuple[keras.KerasTensor | list[keras.KerasTensor], keras.KerasTensor]:
    """The generator's inputs, and the one vector that it begins with: the latent, and the one-hot label beside it.

    Args:
        config: of the network.
        dtype: policy of the normalization.
    """
    inputs = x = keras.Input((config.latent_size,), name="latents")
    if config.label_size:
        inputs = [inputs, keras.Input((config.label_size,), name="labels")]
        x = layers.Concatenate(dtype="float32", name="latents_with_labels")(inputs)
    if config.normalize_latents:
        x = PixelNormalization(dtype=dtype, name="latents_normalize")(x)
    return inputs, x


def judgement(config: ProgressiveConfig, name: str) -> list[Layers]:
    """The last layers of the discriminator: for the score, and for label logits if the network has labels.

    Args:
        config: of the network.
        name: of the discriminator's last block.
    """
    heads = [dense(config, (1,), gain=1.0, dtype="float32", name=f"{name}_score")]
    if config.label_size:
        heads.append(dense(config, (config.label_size,), gain=1.0, dtype="float32", name=f"{name}_labels"))
    return heads


def judge(heads: list[Layers], features: keras.KerasTensor) -> keras.KerasTensor | list[keras.KerasTensor]:
    """The discriminator's outputs: scores, or scores and label logits.

    Args:
        heads: from `judgement`.
        features: (batch, features).
    """
    outputs = [chain(head, features) for head in heads]
    return outputs if len(outputs) > 1 else outputs[0]


def _batch_normalization(config: ProgressiveConfig, name: str) -> keras.Layer:
    momentum = config.batch_normalization_momentum
    return layers.BatchNormalization(momentum=momentum, dtype="float32", name=f"{name}_normalize")
