"""What this machine's convolution kernels reach by themselves: the floor under any training step made of them."""

import time
from collections.abc import Callable

import tensorflow as tf

KINDS = ("forward", "input gradient", "filter gradient")
REPEATS = 5


def convolution_peak(dtype: tf.DType, *, batch_size: int, side: int, channels: int) -> dict[str, float]:
    """The best speed of a 3x3 convolution and of its two gradients.

    Args:
        dtype: of images and filters.
        batch_size: images.
        side: of the images in pixels.
        channels: in and out.

    Returns:
        Operations per second by KINDS, a multiplication and an addition counting as two.
    """
    shape, filters_shape = (batch_size, side, side, channels), (3, 3, channels, channels)
    images = tf.cast(tf.random.normal(shape), dtype)
    filters = tf.cast(tf.random.normal(filters_shape), dtype)
    options = {"strides": [1, 1, 1, 1], "padding": "SAME"}
    kernels = {
        "forward": lambda: tf.nn.conv2d(images, filters, **options),
        "input gradient": lambda: tf.raw_ops.Conv2DBackpropInput(
            input_sizes=shape, filter=filters, out_backprop=images, **options
        ),
        "filter gradient": lambda: tf.raw_ops.Conv2DBackpropFilter(
            input=images, filter_sizes=filters_shape, out_backprop=images, **options
        ),
    }
    operations = 2 * batch_size * side**2 * 9 * channels**2
    return {kind: operations / _best_seconds(kernels[kind]) for kind in KINDS}


def _best_seconds(kernel: Callable[[], tf.Tensor]) -> float:
    compiled = tf.function(lambda: tf.reduce_sum(tf.cast(kernel()[:1], tf.float32)))
    compiled()
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        compiled().numpy()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
