"""Multi-scale structural similarity (Wang et al. 2003): the paper's measure of variation among generated images."""

import numpy as np

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
"""Of the scales, the finest first."""
FILTER_SIZE, FILTER_SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The mean similarity of pairs of images: 1 for equal ones. The paper averages over 10,000 random pairs.

    Args:
        a: uint8 (images, side, side, channels); the side is at least 16.
        b: of the same shape: the other image of each pair.

    Raises:
        ValueError: if the shapes differ or the images are too small for five scales.
    """
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape; received {a.shape} and {b.shape}")
    if min(a.shape[1:3]) < 16:
        raise ValueError(f"images must have 16 pixels a side or more; received {a.shape}")
    a, b = a.astype(np.float64), b.astype(np.float64)
    product = np.ones(len(a))
    for scale, weight in enumerate(WEIGHTS):
        luminance, structure = _similarity(a, b)
        value = structure if scale < len(WEIGHTS) - 1 else luminance
        product *= np.maximum(value, 0) ** weight
        a, b = _halved(a), _halved(b)
    return float(product.mean())


def _similarity(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per image: the mean of SSIM, and of its part without luminance."""
    size = min(FILTER_SIZE, *a.shape[1:3])
    window = _gaussian(size, size * FILTER_SIGMA / FILTER_SIZE)
    mean_a, mean_b = _filtered(a, window), _filtered(b, window)
    variance_a = _filtered(a * a, window) - mean_a * mean_a
    variance_b = _filtered(b * b, window) - mean_b * mean_b
    covariance = _filtered(a * b, window) - mean_a * mean_b
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    structure = (2 * covariance + c2) / (variance_a + variance_b + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a * mean_a + mean_b * mean_b + c1)
    return (luminance * structure).mean(axis=(1, 2, 3)), structure.mean(axis=(1, 2, 3))


def _gaussian(size: int, sigma: float) -> np.ndarray:
    offsets = np.arange(size) - (size - 1) / 2 if size % 2 else np.arange(size) - size / 2 + 0.5
    window = np.exp(-(offsets**2) / (2 * sigma**2))
    return window / window.sum()


def _filtered(images: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Where the whole window lies within the image."""
    for axis in (1, 2):
        moved = np.moveaxis(images, axis, 0)
        side = len(moved) - len(window) + 1
        images = np.moveaxis(sum(weight * moved[i : i + side] for i, weight in enumerate(window)), 0, axis)
    return images


def _halved(images: np.ndarray) -> np.ndarray:
    """The mean of each pixel, its right, lower and lower right neighbour; every second of these."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), "symmetric")
    mean = (padded[:, :-1, :-1] + padded[:, 1:, :-1] + padded[:, :-1, 1:] + padded[:, 1:, 1:]) / 4
    return mean[:, ::2, ::2]
