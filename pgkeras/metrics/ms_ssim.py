"""Multi-scale structural similarity (Wang et al. 2003): the paper's measure of variation among generated images."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
"""Of the scales, the finest first."""
FILTER_SIZE, FILTER_SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
BATCH_PIXELS = 2**16
MOST_COLUMNS = 32


class Scale(NamedTuple):
    """Images at one scale, float64 (images, side, side, channels), and the Gaussian means around their pixels."""

    images: np.ndarray
    mean: np.ndarray
    mean_square: np.ndarray


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The mean similarity of pairs of images: 1 for equal ones.

    Args:
        a: uint8 (images, side, side, channels), perhaps memory-mapped; the side is at least 16.
        b: of the same shape: the other image of each pair.

    Raises:
        ValueError: if the shapes differ or the images are too small for five scales.
    """
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape; received {a.shape} and {b.shape}")
    batch = _batch(a)

    def similarities(start: int) -> np.ndarray:
        return _similarities(*(list(_scales(each[start : start + batch])) for each in (a, b)))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return float(np.concatenate(list(pool.map(similarities, range(0, len(a), batch)))).mean())


def variation(images: np.ndarray, most_pairs: int = 10_000) -> float:
    """The mean similarity of random pairs among images, as the paper's section 5 has it: less is more varied.

    In a random order, every image is compared with the next one, every image with the next but one, and so on: no pair
    is taken twice. What concerns one image alone is computed once for many of its pairs.

    Args:
        images: uint8 (images, side, side, channels), at least two, perhaps memory-mapped; the side is at least 16.
        most_pairs: how many, unless there are fewer.

    Raises:
        ValueError: if the images are too small for five scales.
    """
    number = len(images)
    order = np.random.default_rng(0).permutation(number)
    pairs = min(most_pairs, number * (number - 1) // 2)
    rows = _batch(images)
    farthest = -(-pairs // number)
    columns = min(MOST_COLUMNS, 2 * rows, farthest)

    def total(tile: tuple[int, int]) -> float:
        """Of the pairs of images start, start + 1 ... with those that come nearest, nearest + 1 ... after them."""
        start, nearest = tile
        here = order[start : start + rows]
        there = order.take(range(start + nearest, start + nearest + len(here) + columns - 1), mode="wrap")
        ones, others = (list(_scales(images[each])) for each in (here, there))
        similarity = 0.0
        for column in range(columns):
            wanted = min(len(here), pairs - (nearest + column - 1) * number - start)
            if wanted > 0:
                one, other = (_rows(scales, first, wanted) for scales, first in ((ones, 0), (others, column)))
                similarity += _similarities(one, other).sum()
        return similarity

    tiles = [(start, nearest) for nearest in range(1, farthest + 1, columns) for start in range(0, number, rows)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return float(sum(pool.map(total, tiles))) / pairs


def _batch(images: np.ndarray) -> int:
    """How many images are worked on at a time."""
    _, height, width, _ = images.shape
    if min(height, width) < 16:
        raise ValueError(f"images must have 16 pixels a side or more; received {images.shape}")
    return max(1, BATCH_PIXELS // (height * width))


def _scales(images: np.ndarray) -> Iterator[Scale]:
    x = images.astype(np.float64)
    for _ in WEIGHTS:
        window = _window(x)
        yield Scale(x, _filtered(x, window), _filtered(x * x, window))
        x = _halved(x)


def _rows(scales: list[Scale], first: int, number: int) -> list[Scale]:
    return [Scale(*(part[first : first + number] for part in scale)) for scale in scales]


def _similarities(a: list[Scale], b: list[Scale]) -> np.ndarray:
    """Of each pair: float64 (images,)."""
    product = np.ones(len(a[0].images))
    for one, other, weight in zip(a, b, WEIGHTS, strict=True):
        luminance, structure = _similarity(one, other)
        value = structure if one is not a[-1] else luminance
        product *= np.maximum(value, 0) ** weight
    return product


def _similarity(a: Scale, b: Scale) -> tuple[np.ndarray, np.ndarray]:
    """Per image: the mean of SSIM, and of its part without luminance."""
    products = a.mean * b.mean
    squares = a.mean * a.mean + b.mean * b.mean
    variances = a.mean_square + b.mean_square - squares
    covariance = _filtered(a.images * b.images, _window(a.images)) - products
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    structure = (2 * covariance + c2) / (variances + c2)
    luminance = (2 * products + c1) / (squares + c1)
    return (luminance * structure).mean(axis=(1, 2, 3)), structure.mean(axis=(1, 2, 3))


def _window(images: np.ndarray) -> np.ndarray:
    size = min(FILTER_SIZE, *images.shape[1:3])
    return _gaussian(size, size * FILTER_SIGMA / FILTER_SIZE)


def _gaussian(size: int, sigma: float) -> np.ndarray:
    offsets = np.arange(size) - (size - 1) / 2 if size % 2 else np.arange(size) - size / 2 + 0.5
    window = np.exp(-(offsets**2) / (2 * sigma**2))
    return window / window.sum()


def _filtered(images: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Where the whole window, which is symmetric, lies within the image."""
    half = len(window) // 2
    for axis in (1, 2):
        moved = np.moveaxis(images, axis, 0)
        side = len(moved) - len(window) + 1
        filtered = window[half] * moved[half : half + side] if len(window) % 2 else np.zeros_like(moved[:side])
        for offset in range(half):
            opposite = len(window) - 1 - offset
            filtered += window[offset] * (moved[offset : offset + side] + moved[opposite : opposite + side])
        images = np.moveaxis(filtered, 0, axis)
    return images


def _halved(images: np.ndarray) -> np.ndarray:
    """The mean of each pixel, its right, lower and lower right neighbour; every second of these."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), "symmetric")
    mean = (padded[:, :-1, :-1] + padded[:, 1:, :-1] + padded[:, :-1, 1:] + padded[:, 1:, 1:]) / 4
    return mean[:, ::2, ::2]
