"""What every backend gives: the functions and names of its module."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import keras
import numpy as np
from keras import KerasTensor as Tensor

from pgkeras.backends.accelerator import Accelerator

Share = tuple[np.ndarray, np.ndarray | None]
"""Real images (images, side, side, channels) of a batch, and their one-hot labels (images, classes) or None."""

Value = TypeVar("Value")


class Devices(Protocol):
    """What trains: one device, several of this machine, or those of several machines.

    Attributes:
        number: of devices, on all machines.
        shares_in_all: into how many shares batches are dealt by hand, one for each replica; 1 if the backend deals.
        shares: those of them that this process feeds.
        is_chief: whether this process writes the run's files; of several machines one does.
    """

    number: int
    shares_in_all: int
    shares: range
    is_chief: bool

    def scope(self) -> AbstractContextManager:
        """In which variables are to be made."""

    def agree(self, *votes: bool) -> list[bool]:
        """Whether any machine votes for each of several things; all of them must ask at the same time.

        Args:
            votes: of this machine.
        """

    def compiled(
        self, step: Callable[[Tensor, Tensor | None], Tensor], variables: Sequence[keras.Variable]
    ) -> Callable[[Sequence[Share]], np.ndarray]:
        """The fast form of a step, which does not compile again when variables have other values.

        Args:
            step: from images and labels to one tensor, the same on all replicas.
            variables: all that the step reads or assigns, each once.

        Returns:
            From the shares of a batch to the values of that tensor.
        """


_Devices = Devices  # which `Backend.Devices` hides


class Backend(Protocol):
    """A module of `pgkeras.backends`.

    Attributes:
        PROCESSOR_IS_FAST_IN_BFLOAT16: whether it makes use of processors that compute in bfloat16.
    """

    PROCESSOR_IS_FAST_IN_BFLOAT16: bool

    def convolve(self, images: Tensor, kernel: Tensor, padding: str) -> Tensor:
        """A convolution of stride 1.

        Args:
            images: (batch, height, width, channels).
            kernel: (height, width, channels, new channels).
            padding: "same" or "valid".
        """

    def leaky_relu(self, inputs: Tensor, negative_slope: float) -> Tensor:
        """An activation, twice differentiable.

        Args:
            inputs: any shape.
            negative_slope: factor of negative inputs.
        """

    def gradients(
        self, loss_of: Callable[[], tuple[Tensor, Value]], variables: Sequence[keras.Variable]
    ) -> tuple[list[Tensor], Value]:
        """Gradients of a loss with respect to variables.

        Args:
            loss_of: gives the loss, and what else is computed with it, as tensors.
            variables: that all have a part in the loss.

        Returns:
            The gradients, and what else was computed.
        """

    def image_gradients(self, scores_of: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
        """Gradients of the sum of scores with respect to images, for a loss in `gradients`, which differentiates them.

        Args:
            scores_of: images -> scores.
            images: (batch, side, side, channels).
        """

    def conditional(
        self,
        predicate: Tensor,
        when_true: Callable[[], Tensor],
        otherwise: Callable[[], Tensor],
        changes: Sequence[keras.Variable],
    ) -> Tensor:
        """One of two values; the other one is not computed, if the backend can help it.

        Args:
            predicate: which.
            when_true: gives the one.
            otherwise: gives the other, of the same shape.
            changes: variables that either may assign.
        """

    def fold(
        self, body: Callable[[Tensor, Value], Value], number: int, start: Value, changes: Sequence[keras.Variable]
    ) -> Value:
        """body(number - 1, ... body(1, body(0, start))), strictly one after another, to save memory.

        Args:
            body: an index and what has been computed before -> the same with that index's part.
            number: of parts.
            start: tensors.
            changes: variables that the body may assign.
        """

    def replica(self) -> tuple[int | Tensor, int]:
        """Which replica computes this share of the batch, from 0, and how many there are."""

    def mean_over_replicas(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Scalars averaged over all replicas, the same on each afterwards.

        Args:
            values: scalars by name, of this replica.
        """

    def adam(self, **options: object) -> keras.Optimizer:
        """Adam (arXiv 1412.6980) as `keras.optimizers.Adam` computes it.

        Args:
            options: of `keras.optimizers.Adam`.
        """

    def loss_scaled(self, optimizer: keras.Optimizer, *, name: str) -> keras.Optimizer:
        """An optimizer for float16, as `keras.optimizers.LossScaleOptimizer`.

        Args:
            optimizer: to be wrapped.
            name: of the result.
        """

    def Devices(self) -> _Devices:  # noqa: N802
        """One device, for what needs no `choose_devices`."""

    def choose_devices(self, number: int | None) -> _Devices:
        """Decides what trains, and makes it compute the same numbers every time. Call it before anything is computed.

        JAX on a GPU computes them only with `--xla_gpu_deterministic_ops=true` in XLA_FLAGS, which users set.

        Args:
            number: of this machine's accelerators; None for all of them. Without one, of devices that share the
                processor, to try things out; None for one.

        Raises:
            UserError: if there are not so many, or the backend cannot use several, or TF_CONFIG is damaged.
        """

    def accelerators(self) -> list[Accelerator]:
        """The GPUs or TPUs of this machine."""

    def peak_memory(self) -> int | None:
        """Bytes in use at most since `forget_peak`, of the fullest accelerator; None without one."""

    def forget_peak(self) -> None:
        """Begins anew with `peak_memory`, where the backend can."""

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether an error says that there is no more memory on a device.

        Args:
            error: that a step has raised.
        """
