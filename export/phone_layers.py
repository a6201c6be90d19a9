"""Layers as phones run them best: the same numbers, in operators that delegates have, from fewer multiplications."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Features:
    """What a layer makes, and how else it can be had, by which the next layer saves work.

    Whatever is then not used is not in the file: the converter leaves it out.

    Attributes:
        value: (batch, height, width, channels), or of any shape.
        times: the value times a number, from weights that are multiplied by it; None where that saves nothing.
        repeated: the smaller images each of whose pixels `value` repeats to 2x2; None if it does not.
        factors: features and a number per pixel (batch, height, width, 1), whose product `value` is; None if it is not.
    """

    value: tf.Tensor
    times: Callable[[float], tf.Tensor] | None = field(default=None, kw_only=True)
    repeated: tf.Tensor | None = field(default=None, kw_only=True)
    factors: tuple[tf.Tensor, tf.Tensor] | None = field(default=None, kw_only=True)

    def scaled(self, factor: float) -> tf.Tensor:
        """The value times a number.

        Args:
            factor: the number.
        """
        if factor == 1:
            return self.value
        return self.value * factor if self.times is None else self.times(factor)


@singledispatch
def run_for_phones(layer: keras.Layer, features: Features) -> Features:
    """What a layer makes of features; computed as Keras does where nothing better is known.

    Args:
        layer: of a generator, with one input and one output.
        features: what it reads.
    """
    return Features(layer(features.value))


@run_for_phones.register
def _(layer: keras.layers.UpSampling2D, features: Features) -> Features:
    """Keras repeats pixels through tensors of five axes, which GPU and NPU delegates refuse."""
    if layer.interpolation != "nearest":
        return Features(layer(features.value))
    return _resized(features.value, layer.size)


@run_for_phones.register
def _(layer: EqualizedConv2D, features: Features) -> Features:
    return _convolved(layer, layer.kernel_size, layer.padding, features)


@run_for_phones.register
def _(layer: FusedConv2D, features: Features) -> Features:
    """Delegates have no fast transposed convolution."""
    if layer.scaling != "up":
        return Features(layer(features.value))
    return _convolved(layer, 3, "same", _resized(features.value, (2, 2)))


@run_for_phones.register
def _(layer: LeakyReLU, features: Features) -> Features:
    """pgkeras multiplies by a sign, for its gradient's sake. A factor before it is a factor after it."""

    def activated(factor: float) -> tf.Tensor:
        return ops.leaky_relu(features.scaled(factor), layer.negative_slope)

    return Features(activated(1), times=activated)


@run_for_phones.register
def _(layer: PixelNormalization, features: Features) -> Features:
    """Pixel normalization whose every number fits in float16, in which GPUs compute.

    Features are scaled by a power of two, exactly, before their squares are summed: the sum is 16 to 32 times the mean
    square and stays below float16's 65504 up to features of 45 on average. The epsilon is added to that sum: at
    least 2**-14, float16's least normal number, since smaller ones are zero on some GPUs and zeros become black. Of a
    mean square of 1 that is a four-millionth or less, under float32's own error after a few layers.

    A pixel whose features are all near zero shows that epsilon. Of many features some are always large enough; fewer
    than `MANY` are divided by their largest one first, which is exact for any pixel and takes longer.
    """
    channels = features.value.shape[-1]
    if channels < MANY:
        largest = ops.maximum(ops.max(ops.abs(features.value), axis=-1, keepdims=True), 2.0**-14)
        scaled = features.value / largest
        mean_square = ops.mean(ops.square(scaled), axis=-1, keepdims=True)
        root = ops.rsqrt(mean_square + ops.square(math.sqrt(layer.epsilon) / largest))
    else:
        scale = 2.0 ** (2 - math.floor(math.log2(channels) / 2))
        scaled = features.scaled(scale)
        total = ops.sum(ops.square(scaled), axis=-1, keepdims=True)
        root = ops.rsqrt(total + max(layer.epsilon * channels * scale**2, 2.0**-14)) * math.sqrt(channels)
    return Features(scaled * root, factors=(scaled, root))


def _resized(images: tf.Tensor, factors: tuple[int, int]) -> Features:
    """Nearest-neighbour upsampling that becomes RESIZE_NEAREST_NEIGHBOR."""
    sides = [side * factor for side, factor in zip(images.shape[1:3], factors, strict=True)]
    resized = ops.image.resize(images, sides, interpolation="nearest")
    return Features(resized, repeated=images if factors == (2, 2) else None)


def _convolved(layer: EqualizedConv2D | FusedConv2D, size: int, padding: str, features: Features) -> Features:
    """A convolution with its scale in its weights, that does the upsampling before it, or the normalization after it.

    A 1x1 convolution to RGB has fewer outputs than inputs, so pixels are normalized afterwards.

    Of the nine pixels under a 3x3 kernel only four differ when images were doubled by repetition. So the small images
    are convolved with 2x2 kernels, one for each pixel of a 2x2 square, and the four results dealt out: 4/9 of the
    multiplications for 16/9 of the weights.

    Args:
        layer: has the weights.
        size: of the kernel.
        padding: "same" or "valid".
        features: what is convolved.
    """
    is_large = features.value.shape[1] >= FUSED_FROM
    dtype = features.value.dtype

    def convolved(factor: float) -> tf.Tensor:
        kernel = ops.cast(layer.kernel, dtype) * (layer.scale * factor)
        bias = ops.cast(layer.bias, dtype) * factor
        if size == 1 and features.factors is not None:
            unnormalized, per_pixel = features.factors
            return ops.conv(unnormalized, kernel) * per_pixel + bias
        if (size, padding) == (3, "same") and is_large and features.repeated is not None:
            return _convolve_doubled(features.repeated, kernel, bias)
        return ops.conv(features.value, kernel, padding=padding) + bias

    return Features(convolved(1), times=convolved)


def _convolve_doubled(images: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
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
