"""Multi-scale structural similarity (Wang et al. 2003): the paper's measure of variation among generated images."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
"""Of the scales, the finest first."""
FILTER_SIZE, FILTER_SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
BATCH_PIXELS = 2**16


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The mean similarity of pairs of images: 1 for equal ones. The paper averages over 10,000 random pairs.

    Args:
        a: uint8 (images, side, side, channels), perhaps memory-mapped; the side is at least 16.
        b: of the same shape: the other image of each pair.

    Raises:
        ValueError: if the shapes differ or the images are too small for five scales.
    """
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape; received {a.shape} and {b.shape}")
    number, height, width, _ = a.shape
    if min(height, width) < 16:
        raise ValueError(f"images must have 16 pixels a side or more; received {a.shape}")
    batch = max(1, BATCH_PIXELS // (height * width))

    def similarities(start: int) -> np.ndarray:
        return _multi_scale_similarity(a[start : start + batch], b[start : start + batch])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return float(np.concatenate(list(pool.map(similarities, range(0, number, batch)))).mean())


def _multi_scale_similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of each pair: float64 (images,)."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    product = np.ones(len(a))
    for scale, weight in enumerate(WEIGHTS):
        luminance, structure = _similarity(a, b)
        value = structure if scale < len(WEIGHTS) - 1 else luminance
        product *= np.maximum(value, 0) ** weight
        a, b = _halved(a), _halved(b)
    return product


def _similarity(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per image: the mean of SSIM, and of its part without luminance."""
    size = min(FILTER_SIZE, *a.shape[1:3])
    window = _gaussian(size, size * FILTER_SIGMA / FILTER_SIZE)
    mean_a, mean_b = _filtered(a, window), _filtered(b, window)
    variances = _filtered(a * a + b * b, window) - mean_a * mean_a - mean_b * mean_b
    covariance = _filtered(a * b, window) - mean_a * mean_b
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    structure = (2 * covariance + c2) / (variances + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a * mean_a + mean_b * mean_b + c1)
    return (luminance * structure).mean(axis=(1, 2, 3)), structure.mean(axis=(1, 2, 3))


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
