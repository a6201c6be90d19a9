"""Images made of other images when they are asked for, without a copy of them all."""

from collections.abc import Callable, Sequence

import numpy as np

from pgkeras.data.dataset import Images

PART = 2**25  # bytes of pixels underneath that are in memory at once


class Transformed:
    """Images that pass through a function on their way out, some at a time: they may be shrunk from far larger ones.

    Args:
        images: those underneath, at least one.
        transform: from a batch of them, uint8 (batch, height, width, channels), to the batch to deliver.

    >>> darker = Transformed(np.full((2, 4, 4, 1), 100, np.uint8), lambda batch: batch // 2)
    >>> darker.shape, darker[np.array([1])].max()
    ((2, 4, 4, 1), np.uint8(50))
    """

    def __init__(self, images: Images, transform: Callable[[np.ndarray], np.ndarray]) -> None:
        self._images = images
        self._transform = transform
        self._part = max(1, PART // int(np.prod(images.shape[1:])))
        self.shape = (len(images), *transform(images[:1]).shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        chosen = positions(indices, len(self))
        starts = range(0, max(1, len(chosen)), self._part)
        return np.concatenate([self._transform(self._images[chosen[start : start + self._part]]) for start in starts])


class Selected:
    """Some of a set's images.

    Args:
        images: those underneath.
        chosen: int (images,), which of them, in any order.

    >>> some = Selected(np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1), np.array([3, 1]))
    >>> some[:].ravel()
    array([3, 1], dtype=uint8)
    """

    def __init__(self, images: Images, chosen: np.ndarray) -> None:
        self._images = images
        self._chosen = chosen
        self.shape = (len(chosen), *images.shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        return self._images[self._chosen[positions(indices, len(self))]]


class Concatenated:
    """Several sets of images of one size, one after another.

    Args:
        parts: the sets, at least one.

    >>> both = Concatenated([np.zeros((2, 4, 4, 1), np.uint8), np.ones((3, 4, 4, 1), np.uint8)])
    >>> both[np.array([4, 0])][:, 0, 0, 0]
    array([1, 0], dtype=uint8)
    """

    def __init__(self, parts: Sequence[Images]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])
        self.shape = (int(self._ends[-1]), *parts[0].shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        chosen = positions(indices, len(self))
        images = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        part_of_each = np.searchsorted(self._ends, chosen, side="right")
        for number in np.unique(part_of_each):
            here = part_of_each == number
            part = self._parts[number]
            images[here] = part[chosen[here] - (self._ends[number] - len(part))]
        return images


def positions(indices: slice | np.ndarray, length: int) -> np.ndarray:
    """The positions from 0 that an index stands for.

    Args:
        indices: a slice or an integer array.
        length: of what is indexed.

    Returns:
        int64 (indices,).

    >>> positions(slice(-2, None), 10)
    array([8, 9])
    """
    if isinstance(indices, slice):
        return np.arange(*indices.indices(length))
    return np.asarray(indices, np.int64)
