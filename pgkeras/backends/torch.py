"""PyTorch: a step runs line by line, without gradients but where they are asked for."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import keras
import numpy as np
import torch
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.backends.accelerator import Accelerator, fastest_on_cuda
from pgkeras.cluster import refuse_cluster
from pgkeras.errors import UserError

PROCESSOR_IS_FAST_IN_BFLOAT16 = True


def convolve(images: Tensor, kernel: Tensor, padding: str) -> Tensor:
    """Keras's own copies images into another layout and back, forwards and backwards: a third of the time."""
    convolved = torch.nn.functional.conv2d(images.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), padding=padding)
    return convolved.permute(0, 2, 3, 1)


leaky_relu = keras.ops.leaky_relu


def gradients(loss_of: Callable[[], tuple], variables: Sequence[keras.Variable]) -> tuple[list[Tensor], object]:
    with torch.enable_grad():
        loss, others = loss_of()
    found = torch.autograd.grad(loss, [variable.value for variable in variables])
    return list(found), keras.tree.map_structure(torch.Tensor.detach, others)


def image_gradients(scores_of: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    points = images.detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(scores_of(points).sum(), points, create_graph=True)[0]


def conditional(
    predicate: Tensor, when_true: Callable[[], Tensor], otherwise: Callable[[], Tensor], changes: Sequence
) -> Tensor:
    return when_true() if predicate else otherwise()


def fold(body: Callable, number: int, start: object, changes: Sequence) -> object:
    for index in range(number):
        start = body(index, start)
    return start


def replica() -> tuple[int, int]:
    return 0, 1


def mean_over_replicas(values: dict[str, Tensor]) -> dict[str, Tensor]:
    return values


adam = keras.optimizers.Adam
loss_scaled = keras.optimizers.LossScaleOptimizer


class Devices:
    """The one that Keras has chosen: CUDA's, Apple's, or the processor."""

    number = shares_in_all = 1
    shares = range(1)
    is_chief = True

    def scope(self) -> AbstractContextManager:
        return nullcontext()

    def agree(self, *votes: bool) -> list[bool]:
        return list(votes)

    def compiled(self, step: Callable[..., Tensor], variables: Sequence[keras.Variable]) -> Callable[..., np.ndarray]:
        def run(shares: Sequence) -> np.ndarray:
            reals, labels = shares[0]
            with torch.no_grad():
                labels = None if labels is None else ops.convert_to_tensor(labels)
                return ops.convert_to_numpy(step(ops.convert_to_tensor(reals), labels))

        return run


def choose_devices(number: int | None) -> Devices:
    refuse_cluster("PyTorch")
    if number and number > 1:
        raise UserError(f"`devices` {number}: PyTorch trains on one; several need KERAS_BACKEND=jax or tensorflow")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # Without it, CUDA's products differ each time.
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    return Devices()


def accelerators() -> list[Accelerator]:
    if torch.cuda.is_available():
        return [Accelerator(torch.cuda.get_device_name(), fastest_on_cuda(torch.cuda.get_device_capability()))]
    return [Accelerator("Apple GPU", "float32")] if torch.backends.mps.is_available() else []


def peak_memory() -> int | None:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return torch.mps.driver_allocated_memory() if torch.backends.mps.is_available() else None


def forget_peak() -> None:
    """For CUDA; Apple's GPUs tell what is in use now."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(each in str(error) for each in ("out of memory", "can't allocate"))
