"""What a data set is, whatever files it comes from."""

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
    """

    images: Images
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] = ()
    mirror: bool = True


class NoLabelsError(UserError):
    """Labels were asked of data that have none."""
