"""EfficientNet-Lite0: B0 (Tan & Le, arXiv 1905.11946, table 1) without squeeze-and-excitation, with ReLU6 for swish.

https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import layers

SIDE = 224
STAGES = (
    # kernel size, stride, expansion, channels, blocks
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
FEATURES = 1280
EPSILON = 1e-3
NORMALIZATIONS = {
    "_conv_stem": "_bn0",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
    "_conv_head": "_bn1",
}
"""By the name of the convolution before, as in the PyTorch package efficientnet_lite_pytorch."""


def efficientnet_lite0(weights: Mapping[str, np.ndarray], side: int = SIDE) -> keras.Model:
    """The network without its classifier, for inference: batch normalizations are folded into the convolutions.

    Args:
        weights: the state dictionary of efficientnet_lite_pytorch.
        side: of the images, in pixels; those that it learned from have 224.

    Returns:
        Pixels, float32 (batch, side, side, 3), of which [0, 255] became (x - 127) / 128 -> the means of the last
        features over the image, float32 (batch, 1280).
    """
    pixels = keras.Input((side, side, 3))
    x = _convolution(pixels, 32, 3, "_conv_stem", strides=2)
    blocks = 0
    for size, stride, expansion, channels, repeats in STAGES:
        for repeat in range(repeats):
            x = _block(x, f"_blocks-{blocks}", size, 1 if repeat else stride, expansion, channels)
            blocks += 1
    x = _convolution(x, FEATURES, 1, "_conv_head")
    network = keras.Model(pixels, layers.GlobalAveragePooling2D(dtype="float32")(x))
    for layer in network.layers:
        if layer.weights:
            layer.set_weights(_folded(layer, weights))
    return network


def _block(x: Tensor, name: str, size: int, stride: int, expansion: int, channels: int) -> Tensor:
    """An inverted residual bottleneck (Sandler et al., arXiv 1801.04381)."""
    inputs = x
    if expansion > 1:
        x = _convolution(x, expansion * x.shape[-1], 1, f"{name}-_expand_conv")
    x = layers.DepthwiseConv2D(
        size, stride, "same", activation="relu6", dtype="float32", name=f"{name}-_depthwise_conv"
    )(x)
    x = _convolution(x, channels, 1, f"{name}-_project_conv", activation=None)
    return layers.Add(dtype="float32")([inputs, x]) if inputs.shape == x.shape else x


def _convolution(
    x: Tensor, channels: int, size: int, name: str, strides: int = 1, activation: str | None = "relu6"
) -> Tensor:
    layer = layers.Conv2D(channels, size, strides, "same", activation=activation, dtype="float32", name=name)
    return layer(x)


def _folded(layer: keras.Layer, weights: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Kernel and bias of a convolution, as Keras stores them, with the batch normalization after it."""
    convolution = layer.name.replace("-", ".")  # Keras's PyTorch backend takes no dots in names
    block, dot, name = convolution.rpartition(".")
    gamma, beta, mean, variance = (
        weights[f"{block}{dot}{NORMALIZATIONS[name]}.{each}"]
        for each in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    kernel = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    # PyTorch: (out, in, height, width), depthwise (channels, 1, height, width); Keras: (height, width, channels, 1).
    axes = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
    return [kernel.transpose(axes), beta - mean * scale]
