"""Arrays for the tests of augmentation, and derivatives, on any backend."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()


def random_images(batch: int, side: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (batch, side, side, channels)).astype(np.float32)


def numpy(tensor) -> np.ndarray:
    return ops.convert_to_numpy(tensor)


def tensor(array):
    return ops.convert_to_tensor(array)


def floats(*values: float):
    return tensor(np.array(values, np.float32))


def integers(*values: int):
    return tensor(np.array(values, np.int32))


def changed(images: np.ndarray, augmented) -> np.ndarray:
    """Which images are not what they were."""
    return (numpy(augmented) != images).any(axis=(1, 2, 3))


def derivative(function: Callable) -> Callable:
    """The gradient of a function of one tensor, as a function that can be differentiated again."""
    if BACKEND == "jax":
        import jax

        return jax.grad(function)
    return _gradient_on_tensorflow(function) if BACKEND == "tensorflow" else _gradient_on_torch(function)


def _gradient_on_tensorflow(function: Callable) -> Callable:
    import tensorflow as tf

    def gradient(x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return tape.gradient(value, x)

    return gradient


def _gradient_on_torch(function: Callable) -> Callable:
    import torch

    def gradient(x):
        x = x if x.requires_grad else x.detach().requires_grad_()
        return torch.autograd.grad(function(x), x, create_graph=True)[0]

    return gradient
