"""Layers as phones run them best: the same numbers, in operators that delegates have, from fewer multiplications.

A tensor may know how it came about, by which the next layer saves work; what is then unused, no file has:
`tensor.upsampled_from`, the smaller images that it repeats; `tensor.scaled(factor)`, the same features from weights
that are multiplied instead; `tensor.factors`, features and a number per pixel, whose product it is.
"""

import math
from functools import singledispatch

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from pgkeras.layers import EqualizedConv2D, FusedConv2D, LeakyReLU, PixelNormalization

FUSED_FROM = 128  # pixels; below, there are too many weights for 16/9 of them to be worth the time saved
MANY = 16  # feature maps, of which a pixel always has some that are not near zero
# Along one axis, a kernel's three weights as the two of each pixel of a pair: (second and first, 2, 3).
_PAIR = np.float32([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]])


@singledispatch
def as_phones_run_it(layer: keras.Layer) -> keras.Layer:
    """The layer itself, or one that computes the same with the same weights.

    Args:
        layer: of a generator.
    """
    return layer


@as_phones_run_it.register
def _(layer: keras.layers.UpSampling2D) -> keras.Layer:
    """Keras repeats pixels through tensors of five axes, which GPU and NPU delegates refuse."""
    return _NearestResize(layer.size, name=layer.name) if layer.interpolation == "nearest" else layer


@as_phones_run_it.register
def _(layer: EqualizedConv2D) -> keras.Layer:
    return _Convolution(layer, layer.kernel_size, layer.padding, dtype=layer.dtype_policy, name=layer.name)


@as_phones_run_it.register
def _(layer: FusedConv2D) -> keras.Layer:
    """Delegates have no fast transposed convolution."""
    return _DoublingConvolution(layer, 3, "same", dtype=layer.dtype_policy, name=layer.name)


@as_phones_run_it.register
def _(layer: LeakyReLU) -> keras.Layer:
    """pgkeras multiplies by a sign, for its gradient's sake."""
    return _LeakyReLU(layer.negative_slope, name=layer.name)


@as_phones_run_it.register
def _(layer: PixelNormalization) -> keras.Layer:
    return _HalfPrecisionPixelNormalization(layer.epsilon, name=layer.name)


class _NearestResize(keras.layers.Layer):
    """Nearest-neighbour upsampling that becomes RESIZE_NEAREST_NEIGHBOR."""

    def __init__(self, factors: tuple[int, int], **kwargs) -> None:
        super().__init__(**kwargs)
        self.factors = factors

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        return _resized(images, self.factors)


def _resized(images: keras.KerasTensor, factors: tuple[int, int]) -> keras.KerasTensor:
    sides = [side * factor for side, factor in zip(images.shape[1:3], factors, strict=True)]
    resized = ops.image.resize(images, sides, interpolation="nearest")
    if factors == (2, 2):
        resized.upsampled_from = images
    return resized


class _Convolution(keras.layers.Layer):
    """A convolution with its scale in its weights, that does the upsampling before it, or the normalization after it.

    A 1x1 convolution to RGB has fewer outputs than inputs, so pixels are normalized afterwards.

    Of the nine pixels under a 3x3 kernel only four differ when images were doubled by repetition. So the small images
    are convolved with 2x2 kernels, one for each pixel of a 2x2 square, and the four results dealt out: 4/9 of the
    multiplications for 16/9 of the weights.

    Args:
        layer: has the weights.
        size: of the kernel.
        padding: "same" or "valid".
    """

    def __init__(self, layer: EqualizedConv2D | FusedConv2D, size: int, padding: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.size = size
        self.padding = padding

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        size, padding = self.size, self.padding

        def scaled(factor: float) -> keras.KerasTensor:
            kernel, bias = self.layer.kernel * (self.layer.scale * factor), self.layer.bias * factor
            if size == 1 and hasattr(features, "factors"):
                unnormalized, per_pixel = features.factors
                return ops.conv(unnormalized, kernel) * per_pixel + bias
            large = features.shape[1] >= FUSED_FROM
            if (size, padding) == (3, "same") and large and hasattr(features, "upsampled_from"):
                return _convolve_doubled(features.upsampled_from, kernel, bias)
            return ops.conv(features, kernel, padding=padding) + bias

        convolved = scaled(1.0)
        convolved.scaled = scaled
        return convolved


class _DoublingConvolution(_Convolution):
    """The same of images that it doubles first."""

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        return super().call(_resized(features, (2, 2)))


def _convolve_doubled(
    images: keras.KerasTensor, kernel: keras.KerasTensor, bias: keras.KerasTensor
) -> keras.KerasTensor:
    """The 3x3 convolution of images whose every pixel is repeated to 2x2.

    A 2x2 kernel at the corner between pixels (row, column) and (row + 1, column + 1) makes the four pixels of the
    doubled image around that corner: the second of the one pair, the first of the next. So the squares are dealt out
    one pixel early, and a border of one pixel is cut off.
    """
    inputs, outputs = kernel.shape[2:]
    kernel = ops.einsum("apk,bql,klio->pqiabo", _PAIR, _PAIR, kernel)
    kernel = ops.reshape(kernel, (2, 2, inputs, 4 * outputs))
    padded = ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    squares = ops.conv(padded, kernel, padding="valid") + ops.tile(bias, 4)
    return tf.nn.depth_to_space(squares, 2)[:, 1:-1, 1:-1]


class _LeakyReLU(keras.layers.LeakyReLU):
    """Keras's, which goes on knowing how to be scaled: a factor before it is a factor after it."""

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        activate = super().call
        activated = activate(features)
        activated.scaled = lambda factor: activate(_scaled(features, factor))
        return activated


class _HalfPrecisionPixelNormalization(keras.layers.Layer):
    """Pixel normalization whose every number fits in float16, in which GPUs compute.

    Features are scaled by a power of two, exactly, before their squares are summed: the sum is 16 to 32 times the mean
    square and stays below float16's 65504 up to features of 45 on average. The epsilon is added to that sum: at
    least 2**-14, float16's least normal number, since smaller ones are zero on some GPUs and zeros become black. Of a
    mean square of 1 that is a four-millionth or less, under float32's own error after a few layers.

    A pixel whose features are all near zero shows that epsilon. Of many features some are always large enough; fewer
    than `MANY` are divided by their largest one first, which is exact for any pixel and takes longer.

    Args:
        epsilon: added to the mean square.
    """

    def __init__(self, epsilon: float, **kwargs) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        channels = features.shape[-1]
        if channels < MANY:
            largest = ops.maximum(ops.max(ops.abs(features), axis=-1, keepdims=True), 2.0**-14)
            scaled = features / largest
            mean_square = ops.mean(ops.square(scaled), axis=-1, keepdims=True)
            root = ops.rsqrt(mean_square + ops.square(math.sqrt(self.epsilon) / largest))
        else:
            scale = 2.0 ** (2 - math.floor(math.log2(channels) / 2))
            scaled = _scaled(features, scale)
            total = ops.sum(ops.square(scaled), axis=-1, keepdims=True)
            root = ops.rsqrt(total + max(self.epsilon * channels * scale**2, 2.0**-14)) * math.sqrt(channels)
        normalized = scaled * root
        normalized.factors = scaled, root
        return normalized


def _scaled(features: keras.KerasTensor, factor: float) -> keras.KerasTensor:
    if factor == 1:
        return features
    return features.scaled(factor) if hasattr(features, "scaled") else features * factor
