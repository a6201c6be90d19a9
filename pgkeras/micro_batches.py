"""Batches in parts, one after another, for resolutions whose whole batch does not fit into memory."""

from collections.abc import Callable

import tensorflow as tf

Gradients = list[tf.Tensor]
Values = dict[str, tf.Tensor]


def mean_over_micro_batches(
    gradients_of: Callable[..., tuple[Gradients, Values]],
    batch: tuple[tf.Tensor | None, ...],
    *,
    micro_batches: int,
    variables: list[tf.Variable],
    values: tuple[str, ...],
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
    """
    if micro_batches == 1:
        return gradients_of(*batch)
    dealt = [
        None if each is None else tf.reshape(each, (each.shape[0] // micro_batches, micro_batches, *each.shape[1:]))
        for each in batch
    ]

    def add(index: tf.Tensor, gradients: Gradients, totals: Values) -> tuple[tf.Tensor, Gradients, Values]:
        part_gradients, part_values = gradients_of(*(None if each is None else each[:, index] for each in dealt))
        gradients = [total + part / micro_batches for total, part in zip(gradients, part_gradients, strict=True)]
        return index + 1, gradients, {name: totals[name] + part_values[name] / micro_batches for name in values}

    zeros = [tf.zeros(variable.shape) for variable in variables], {name: tf.constant(0.0) for name in values}
    _, gradients, means = tf.while_loop(
        lambda index, *_: index < micro_batches, add, (tf.constant(0), *zeros), parallel_iterations=1
    )
    return gradients, means
