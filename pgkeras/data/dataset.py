"""What a data set is, whatever files it comes from."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pgkeras.errors import UserError


class Images(Protocol):
    """Images that are read when they are asked for; arrays and memory maps are such images too.

    Attributes:
        shape: (images, side, side, channels).
    """

    shape: tuple[int, int, int, int]

    def __len__(self) -> int:
        """How many images there are."""

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        """Reads some of them.

        Args:
            indices: a slice, or an integer array in any order.

        Returns:
            uint8 (indices, side, side, channels), RGB or grey.
        """


@dataclass(frozen=True)
class Dataset:
    """Images to train on, and their classes.

    Attributes:
        images: uint8 (images, side, side, 1 or 3), read when asked for.
        labels: int64 (images,), the class of each from 0 to classes - 1; None without labels.
        label_names: of the classes, in their order; () without labels.
        mirror: whether mirrored images may be shown too: not of digits and letters, nor of CIFAR, as in the official
            code.
        names: of the picture files, sorted, in the images' order; () of arrays.
    """

    images: Images
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] = ()
    mirror: bool = True
    names: Sequence[str] = ()

    @property
    def label_counts(self) -> tuple[int, ...]:
        """Images of each class; () without labels."""
        if self.labels is None:
            return ()
        return tuple(np.bincount(self.labels, minlength=len(self.label_names)).tolist())


class NoLabelsError(UserError):
    """Labels were asked of data that have none."""


class UnreadableError(UserError):
    """Pictures that cannot be read.

    Args:
        message: names the first of them.
        names: of all of them, as in `Dataset.names`.
        look_at_all: gives this error for all pictures of the set, which takes as long as decoding them; None if
            `names` has them all.
    """

    def __init__(
        self, message: str, names: Sequence[str], look_at_all: Callable[[], "UnreadableError"] | None = None
    ) -> None:
        super().__init__(message)
        self.names = names
        self.look_at_all = look_at_all


@contextmanager
def naming_all_unreadable() -> Iterator[None]:
    """Around what reads images in passing, so that one that cannot be read leads to the others.

    Raises:
        UnreadableError: that names all of the set's.
    """
    try:
        yield
    except UnreadableError as error:
        raise (error.look_at_all() if error.look_at_all else error) from None
