"""What differs between Keras's backends: a small file each, all with the same functions.

| | TensorFlow | JAX | PyTorch |
|---|---|---|---|
| `convolve` | Keras's | Keras's | without copies into another layout |
| `leaky_relu` | a gradient that is a product | Keras's | Keras's |
| `gradients`, `image_gradients` | GradientTape | `jax.grad` | `torch.autograd.grad` |
| `conditional`, `fold` | `tf.cond`, `tf.while_loop` | `jax.lax.cond`, `jax.lax.fori_loop` | `if`, `for` |
| `Devices.compiled` | `tf.function` | `jax.jit` over a mesh, the state donated | runs eagerly |
| `choose_devices` | several, of several machines too | several of this machine | one |
| `adam` | one fused operation per variable | Keras's | Keras's |
| `accelerators` | GPUs | GPUs and TPUs | CUDA and Apple's GPUs |

`backend` is the one that Keras runs on; `pgkeras.backends.interface` says what its functions do. Steps are written in
`keras.ops` and read and assign Keras variables, as in a program that runs line by line. Whatever a backend
differentiates, repeats or leaves out is a function that is handed to it, with the variables that it may assign where
JAX, to which variables are values that go in and come out, must know them beforehand.
"""

from importlib import import_module

import keras

from pgkeras.backends.accelerator import Accelerator, Precision
from pgkeras.backends.interface import Backend, Devices, Share
from pgkeras.errors import UserError
from pgkeras.first_import import BACKENDS

__all__ = ["Accelerator", "Devices", "Precision", "Share", "backend"]


def _chosen() -> Backend:
    name = keras.backend.backend()
    if name not in BACKENDS:
        raise UserError(f"KERAS_BACKEND {name}: cannot train; choose from {', '.join(BACKENDS)}")
    return import_module(f"{__name__}.{name}")


backend = _chosen()
