"""What every source of images and labels must fulfil."""

from collections.abc import Sequence

import numpy as np

from pgkeras.errors import UserError
from pgkeras.text import readable

MOST_PIXELS = 2**26  # of one image: 8192x8192
MOST_CLASSES = 2**20
MOST_MEMORY = 2**33  # bytes; larger arrays must be memory-mapped


def check_images(source: object, shape: Sequence[int], dtype: np.dtype) -> None:
    """Refuses arrays that are not images.

    Args:
        source: where they come from, for the error.
        shape: should be (images, height, width, 1 or 3).
        dtype: should be uint8.

    Raises:
        UserError: if they are something else.
    """
    if dtype != np.uint8:
        raise UserError(f"{source}: `images` has dtype {dtype}; it must be uint8 (0 to 255)")
    if len(shape) != 4:
        raise UserError(f"{source}: `images` has shape {tuple(shape)}; it must be (images, side, side, channels)")
    number, height, width, channels = shape
    if channels not in (1, 3):
        raise UserError(f"{source}: images have {channels} channels; they must have 1 (grey) or 3 (RGB)")
    if number == 0:
        raise UserError(f"{source}: holds no image")
    if not 0 < height * width <= MOST_PIXELS:
        raise UserError(f"{source}: images are {width}x{height}; they must have 1 to {MOST_PIXELS:,} pixels")


def check_labels(
    source: object, labels: np.ndarray, number: int, names: Sequence[str] | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Refuses labels that are not one class per image.

    Args:
        source: where they come from, for the error.
        labels: should be integers (number,), from 0.
        number: of images.
        names: of the classes, in their order; by default their numbers.

    Returns:
        The labels as int64, and the names, readable.

    Raises:
        UserError: if they are something else.
    """
    if labels.dtype.kind not in "iu" or labels.shape != (number,):
        raise UserError(
            f"{source}: `labels` is {labels.dtype} {labels.shape}; it must be integers ({number},), a class per image"
        )
    low, high = int(labels.min()), int(labels.max())
    classes = high + 1 if names is None else len(names)
    if low < 0 or high >= min(classes, MOST_CLASSES):
        raise UserError(
            f"{source}: `labels` are {low} to {high}; they must be 0 to {min(classes, MOST_CLASSES) - 1}, "
            "the number of classes less 1"
        )
    return labels.astype(np.int64), tuple(readable(str(name)) for name in (range(classes) if names is None else names))


def check_memory(source: object, size: int) -> None:
    """Refuses to read into memory what is too large for it.

    Args:
        source: what is to be read, for the error.
        size: in bytes, unpacked.

    Raises:
        UserError: if it is too large.
    """
    if size > MOST_MEMORY:
        raise UserError(
            f"{source}: unpacks to {size / 2**30:.1f} GiB, too much to hold in memory; "
            "store it uncompressed, then it is read from disk as needed"
        )
