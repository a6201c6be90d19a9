"""Laplacian pyramids (Burt & Adelson 1983): an image as its details at every resolution."""

import numpy as np

NEAR, NEXT, FAR = (np.float32(weight / 16) for weight in (6, 4, 1))
"""The binomial filter 1 4 6 4 1 along each axis; the product of two is the 5x5 filter."""


def laplacian_pyramid(images: np.ndarray, levels: int) -> list[np.ndarray]:
    """Takes images apart: each level but the last holds what the next, enlarged, does not show.

    Args:
        images: (batch, side, side, channels).
        levels: how many; each has half the side of the one before.

    Returns:
        float32 (batch, side, side, channels), (batch, side / 2, ...) and on; the last is the image itself, smaller.
        In memory each channel is a plane of its own.
    """
    planes = [np.moveaxis(images, 3, 1).astype(np.float32, order="C")]
    for _ in range(levels - 1):
        smaller = halved(halved(planes[-1], axis=2), axis=3)
        planes[-1] -= doubled(doubled(smaller, axis=2), axis=3)
        planes.append(smaller)
    return [np.moveaxis(each, 1, 3) for each in planes]


def halved(images: np.ndarray, axis: int) -> np.ndarray:
    """Every second pixel of the filtered images; beyond the edge they are mirrored, without the edge pixel twice.

    Args:
        images: float32 of 4 axes.
        axis: along which; of even length.
    """
    padded = np.moveaxis(np.pad(images, _margins(axis, 2, 2), "reflect"), axis, 0)
    even, odd = padded[::2], padded[1::2]
    halved = NEAR * even[1:-1] + NEXT * (odd[:-2] + odd[1:-1]) + FAR * (even[:-2] + even[2:])
    return np.moveaxis(halved, 0, axis)


def doubled(images: np.ndarray, axis: int) -> np.ndarray:
    """Images with zeros between their pixels, filtered, twice as bright.

    Even pixels see one pixel and its neighbours, odd ones the two between which they lie. Mirrored, the last pixel is
    its own neighbour: the edge is the zero after it.

    Args:
        images: float32 of 4 axes.
        axis: along which.
    """
    padded = np.pad(np.pad(images, _margins(axis, 0, 1), "edge"), _margins(axis, 1, 0), "reflect")
    before, own, after = (np.moveaxis(padded, axis, 0)[start : start + images.shape[axis]] for start in range(3))
    doubled = np.empty(np.multiply(images.shape, np.where(np.arange(4) == axis, 2, 1)), np.float32)
    pixels = np.moveaxis(doubled, axis, 0)
    pixels[::2] = 2 * NEAR * own + 2 * FAR * (before + after)
    pixels[1::2] = 2 * NEXT * (own + after)
    return doubled


def _margins(axis: int, before: int, after: int) -> list[tuple[int, int]]:
    return [(before, after) if each == axis else (0, 0) for each in range(4)]
