"""What each backend's convolution kernels reach by themselves: the floor under any training step made of them."""

import time
from collections.abc import Callable
from functools import cache

import keras
from keras import ops

KINDS = ("forward", "input gradient", "filter gradient")
REPEATS = 5

Shape = tuple[int, int, int, int, int]
"""Of one convolution of a square image: batch, side, kernel size, channels in and out."""


@cache
def seconds(kind: str, shape: Shape, dtype: str) -> float:
    """The best time of a "same" convolution, or of one of its gradients.

    Args:
        kind: of KINDS.
        shape: of the convolution.
        dtype: of images and filters.
    """
    batch, side, size, channels, filters = shape
    arrays = [
        ops.cast(keras.random.normal(each, seed=0), dtype)
        for each in ((batch, side, side, channels), (size, size, channels, filters), (batch, side, side, filters))
    ]
    kernel = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](kind)
    kernel(*arrays)
    measured = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        kernel(*arrays)
        measured.append(time.perf_counter() - began)
    return min(measured)


def _tensorflow(kind: str) -> Callable:
    import tensorflow as tf

    options = {"strides": [1, 1, 1, 1], "padding": "SAME"}
    kernel = {
        "forward": lambda x, w, y: tf.nn.conv2d(x, w, **options),
        "input gradient": lambda x, w, y: tf.raw_ops.Conv2DBackpropInput(
            input_sizes=x.shape, filter=w, out_backprop=y, **options
        ),
        "filter gradient": lambda x, w, y: tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=w.shape, out_backprop=y, **options
        ),
    }[kind]
    compiled = tf.function(lambda *arrays: tf.reduce_sum(tf.cast(kernel(*arrays)[:1], tf.float32)))
    return lambda *arrays: compiled(*arrays).numpy()


def _jax(kind: str) -> Callable:
    import jax

    kernel = {
        "forward": lambda x, w, y: ops.conv(x, w, padding="same"),
        "input gradient": lambda x, w, y: jax.vjp(lambda x: ops.conv(x, w, padding="same"), x)[1](y)[0],
        "filter gradient": lambda x, w, y: jax.vjp(lambda w: ops.conv(x, w, padding="same"), w)[1](y)[0],
    }[kind]
    compiled = jax.jit(kernel)
    return lambda *arrays: compiled(*arrays).block_until_ready()


def _torch(kind: str) -> Callable:
    import torch

    def first(x: torch.Tensor, w: torch.Tensor, y: torch.Tensor) -> tuple:
        """The channels first in their order, as Keras calls PyTorch, but last in memory."""
        x, w = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
        padding = w.shape[2] // 2
        if w.shape[2] % 2 == 0:  # one pixel more on one side than on the other
            x, padding = torch.nn.functional.pad(x, (padding - 1, padding, padding - 1, padding)), 0
        return x, w, y.permute(0, 3, 1, 2), padding

    def forward(*arrays: torch.Tensor) -> torch.Tensor:
        x, w, _, padding = first(*arrays)
        return torch.nn.functional.conv2d(x, w, padding=padding)

    def gradient(*arrays: torch.Tensor) -> torch.Tensor:
        x, w, y, padding = first(*arrays)
        wanted = [kind == "input gradient", kind == "filter gradient", False]
        options = ([1, 1], [padding, padding], [1, 1], False, [0, 0], 1, wanted)
        return torch.ops.aten.convolution_backward(y, x, w, None, *options)

    def synchronized(*arrays: torch.Tensor) -> None:
        (forward if kind == "forward" else gradient)(*arrays)
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    return synchronized
