"""Laplacian pyramids (Burt & Adelson 1983): an image as its details at every resolution."""

import numpy as np

KERNEL = np.array([1, 4, 6, 4, 1], np.float32) / 16
"""Binomial, along each axis; their product is the 5x5 filter."""


def laplacian_pyramid(images: np.ndarray, levels: int) -> list[np.ndarray]:
    """Takes images apart: each level but the last holds what the next, enlarged, does not show.

    Args:
        images: (batch, side, side, channels).
        levels: how many; each has half the side of the one before.

    Returns:
        float32 (batch, side, side, channels), (batch, side / 2, ...) and on; the last is the image itself, smaller.
    """
    pyramid = [images.astype(np.float32)]
    for _ in range(levels - 1):
        smaller = _blurred(pyramid[-1])[:, ::2, ::2]
        pyramid[-1] = pyramid[-1] - _enlarged(smaller)
        pyramid.append(smaller)
    return pyramid


def _enlarged(images: np.ndarray) -> np.ndarray:
    batch, height, width, channels = images.shape
    spread = np.zeros((batch, 2 * height, 2 * width, channels), np.float32)
    spread[:, ::2, ::2] = images
    return 4 * _blurred(spread)


def _blurred(images: np.ndarray) -> np.ndarray:
    """Along rows, then columns; beyond the edge the image is mirrored, without the edge pixel twice."""
    for axis in (1, 2):
        margins = [(0, 0)] * 4
        margins[axis] = (2, 2)
        padded = np.moveaxis(np.pad(images, margins, "reflect"), axis, 0)
        side = images.shape[axis]
        images = np.moveaxis(sum(KERNEL[i] * padded[i : i + side] for i in range(5)), 0, axis)
    return images
