"""What a step needs to know of the other devices that share its batch, its replicas.

Replica r of n has the images r, r + n, r + 2n ... of the batch: dealt so, they form the same groups for the minibatch
standard deviation as on one device, if each share is made of whole groups. Random numbers, whose first axis is the
batch, are dealt likewise: all shares together are what one device would draw.
"""

from collections.abc import Callable

import keras
from keras import KerasTensor as Tensor
from keras.random import SeedGenerator

from pgkeras.backends import backend


def number_of_replicas() -> int:
    """Devices that compute a share of the current step each."""
    return backend.replica()[1]


def normal(shape: tuple, seed: SeedGenerator) -> Tensor:
    """Like `keras.random.normal`, with mean 0 and standard deviation 1.

    Args:
        shape: of this replica's share.
        seed: in the same state on all replicas.
    """
    return _share(keras.random.normal, shape, seed=seed)


def uniform(shape: tuple, minval: float = 0.0, maxval: float = 1.0, *, seed: SeedGenerator) -> Tensor:
    """Like `keras.random.uniform`.

    Args:
        shape: of this replica's share.
        minval: the smallest number.
        maxval: all are below it.
        seed: in the same state on all replicas.
    """
    return _share(keras.random.uniform, shape, minval=minval, maxval=maxval, seed=seed)


def randint(shape: tuple, minval: int, maxval: int, *, seed: SeedGenerator) -> Tensor:
    """Like `keras.random.randint`.

    Args:
        shape: of this replica's share.
        minval: the smallest number.
        maxval: all are below it.
        seed: in the same state on all replicas.
    """
    return _share(keras.random.randint, shape, minval=minval, maxval=maxval, seed=seed)


def _share(draw: Callable[..., Tensor], shape: tuple, **options: object) -> Tensor:
    index, number = backend.replica()
    if number == 1:
        return draw(shape, **options)
    return draw((shape[0] * number, *shape[1:]), **options)[index::number]
