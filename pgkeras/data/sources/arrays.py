"""Which array of a file holds its images, and how they lie in it."""

import math
from collections.abc import Mapping

import numpy as np

from pgkeras.data.checks import check_images
from pgkeras.data.dataset import Images
from pgkeras.data.views import Transformed
from pgkeras.errors import UserError


def choose_images(source: object, arrays: Mapping[str, tuple[tuple[int, ...], np.dtype]]) -> str:
    """The array `images`; without it, the uint8 array of four axes that has the largest images.

    Args:
        source: where they come from, for the error.
        arrays: shape and dtype of each, by its name.

    Returns:
        Its name.

    Raises:
        UserError: if there is none, or more than one.

    >>> choose_images("a", {"x": ((9, 8, 8, 3), np.dtype("uint8")), "y": ((9,), np.dtype("int64"))})
    'x'
    """
    if "images" in arrays:
        return "images"
    found = sorted(
        (math.prod(shape[1:]), name) for name, (shape, dtype) in arrays.items() if len(shape) == 4 and dtype == np.uint8
    )
    if not found:
        there = ", ".join(f"`{name}` {dtype} {shape}" for name, (shape, dtype) in arrays.items()) or "no array"
        raise UserError(
            f"{source}: has no array `images`, nor any uint8 (images, height, width, channels), but {there}"
        )
    if len(found) > 1 and found[-1][0] == found[-2][0]:
        raise UserError(f"{source}: has images in `{found[-2][1]}` and in `{found[-1][1]}`; name one of them `images`")
    return found[-1][1]


def channels_last(source: object, images: Images, dtype: np.dtype) -> Images:
    """Images whose channels come last, whether they do so in the file or not.

    Args:
        source: where they come from, for the error.
        images: (images, height, width, channels) or (images, channels, height, width).
        dtype: should be uint8.

    Raises:
        UserError: if they are not images.
    """
    shape = images.shape
    channels_first = len(shape) == 4 and shape[1] in (1, 3) and shape[3] not in (1, 3)
    check_images(source, (shape[0], *shape[2:], shape[1]) if channels_first else shape, dtype)
    return Transformed(images, lambda batch: batch.transpose(0, 2, 3, 1)) if channels_first else images
