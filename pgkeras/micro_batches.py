"""Batches in parts, one after another, for resolutions whose whole batch does not fit into memory."""

from collections.abc import Callable

import keras
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.backends import backend

Gradients = list[Tensor]
Values = dict[str, Tensor]


def mean_over_micro_batches(
    gradients_of: Callable[..., tuple[Gradients, Values]],
    batch: tuple[Tensor | None, ...],
    *,
    micro_batches: int,
    variables: list[keras.Variable],
    values: tuple[str, ...],
    changes: list[keras.Variable],
) -> tuple[Gradients, Values]:
    """Means of gradients and values over the parts of a batch, computed strictly one after another.

    Part m of n holds the images m, m + n, m + 2n ..., so that parts made of whole groups form the same groups for the
    minibatch standard deviation as the batch does; all else that is computed from one image, penalties too, is a mean
    over images anyway.

    Args:
        gradients_of: from a part to the gradients of its mean loss, and scalar values.
        batch: tensors (batch, ...), or None.
        micro_batches: how many parts; must divide the batch.
        variables: that the gradients are of.
        values: names of the scalar values.
        changes: variables that may change beside.
    """
    if micro_batches == 1:
        return gradients_of(*batch)
    dealt = [
        None if each is None else ops.reshape(each, (each.shape[0] // micro_batches, micro_batches, *each.shape[1:]))
        for each in batch
    ]

    def add(index: Tensor, sums: tuple[Gradients, Values]) -> tuple[Gradients, Values]:
        part = gradients_of(*(None if each is None else each[:, index] for each in dealt))
        return keras.tree.map_structure(lambda total, each: total + each / micro_batches, sums, part)

    zeros = [ops.zeros(variable.shape) for variable in variables], {name: ops.zeros(()) for name in values}
    return backend.fold(add, micro_batches, zeros, changes)
