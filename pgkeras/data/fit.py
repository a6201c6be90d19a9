"""How images that are not square become square."""

import numpy as np

from pgkeras.config import Fit
from pgkeras.data.dataset import Images
from pgkeras.data.views import Transformed
from pgkeras.errors import UserError

HINT = "or give `fit` crop or `fit` pad"


def square_side(width: int, height: int, fit: Fit) -> int:
    """The side of an image once it is square.

    Args:
        width: in pixels.
        height: in pixels.
        fit: "pad" keeps the longer side, "crop" the shorter one.
    """
    return max(width, height) if fit == "pad" else min(width, height)


def square(images: np.ndarray, fit: Fit) -> np.ndarray:
    """Crops images to their centre, or puts them in the centre of a black square.

    Args:
        images: uint8 (..., height, width, channels).
        fit: "crop" or "pad".

    Returns:
        uint8 (..., side, side, channels).

    >>> square(np.array([[[1], [2], [3]]], np.uint8), "crop").ravel()
    array([2], dtype=uint8)
    >>> square(np.array([[[1], [2], [3]]], np.uint8), "pad")[..., 0]
    array([[0, 0, 0],
           [1, 2, 3],
           [0, 0, 0]], dtype=uint8)
    """
    height, width = images.shape[-3:-1]
    side = square_side(width, height, fit)
    if fit == "pad":
        rows, columns = _around(side - height), _around(side - width)
        return np.pad(images, [(0, 0)] * (images.ndim - 3) + [rows, columns, (0, 0)])
    top, left = (height - side) // 2, (width - side) // 2
    return images[..., top : top + side, left : left + side, :]


def square_images(images: Images, fit: Fit, source: object) -> Images:
    """Makes images of one size square when they are asked for.

    Args:
        images: uint8 (images, height, width, channels).
        fit: what to do if they are not square.
        source: where they come from, for the error.

    Raises:
        UserError: if they are not square and `fit` is "refuse".
    """
    height, width = images.shape[1:3]
    if width == height:
        return images
    if fit == "refuse":
        raise UserError(f"{source}: images are {width}x{height}; they must be square, crop them first, {HINT}")
    return Transformed(images, lambda batch: square(batch, fit))


def _around(missing: int) -> tuple[int, int]:
    return missing // 2, missing - missing // 2
