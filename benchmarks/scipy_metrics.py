"""The metrics as the papers write them down, with SciPy and no further thought: what `metrics.py` compares with."""

import numpy as np
from scipy.ndimage import convolve
from scipy.signal import fftconvolve

KERNEL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]).astype(np.float32)[None, :, :, None] / 256
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def sliced_wasserstein(real: np.ndarray, fake: np.ndarray) -> dict[int | str, float]:
    """The distance at every resolution; all arguments as `pgkeras.metrics.sliced_wasserstein`."""
    random = np.random.default_rng(0)
    pyramids = [_pyramid(images.astype(np.float32)) for images in (real, fake)]
    distances = {}
    for levels in zip(*pyramids, strict=True):
        a, b = (_descriptors(images, random) for images in levels)
        results = []
        for _ in range(4):
            axes = random.normal(size=(a.shape[1], 128)).astype(np.float32)
            axes /= np.linalg.norm(axes, axis=0)
            results.append(np.abs(np.sort(a @ axes, axis=0) - np.sort(b @ axes, axis=0)).mean())
        distances[levels[0].shape[1]] = 1000 * float(np.mean(results))
    return distances | {"average": float(np.mean(list(distances.values())))}


def _pyramid(images: np.ndarray) -> list[np.ndarray]:
    pyramid = [images]
    while pyramid[-1].shape[1] > 16:
        smaller = convolve(pyramid[-1], KERNEL, mode="mirror")[:, ::2, ::2]
        spread = np.zeros_like(pyramid[-1])
        spread[:, ::2, ::2] = smaller
        pyramid[-1] = pyramid[-1] - convolve(spread, 4 * KERNEL, mode="mirror")
        pyramid.append(smaller)
    return pyramid


def _descriptors(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    number, side = images.shape[:2]
    image = np.arange(number).repeat(128)[:, None, None]
    row, column = random.integers(3, side - 3, (2, 128 * number, 1, 1))
    y, x = np.mgrid[-3:4, -3:4]
    patches = images[image, row + y, column + x]
    patches -= patches.mean(axis=(0, 1, 2))
    patches /= patches.std(axis=(0, 1, 2))
    return patches.reshape(len(patches), -1)


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The mean similarity of pairs; all arguments as `pgkeras.metrics.ms_ssim`."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    values = []
    for scale in range(len(WEIGHTS)):
        size = min(11, a.shape[1])
        offsets = np.arange(size) - (size - 1) / 2
        line = np.exp(-(offsets**2) / (2 * (1.5 * size / 11) ** 2))
        window = (np.outer(line, line) / line.sum() ** 2)[None, :, :, None]
        mean_a, mean_b, aa, bb, ab = (
            fftconvolve(each, window, mode="valid", axes=(1, 2)) for each in (a, b, a * a, b * b, a * b)
        )
        structure = (2 * (ab - mean_a * mean_b) + 58.5225) / (aa + bb - mean_a**2 - mean_b**2 + 58.5225)
        luminance = (2 * mean_a * mean_b + 6.5025) / (mean_a**2 + mean_b**2 + 6.5025)
        last = scale == len(WEIGHTS) - 1
        values.append((luminance * structure if last else structure).mean(axis=(1, 2, 3)))
        a, b = (convolve(each, np.full((1, 2, 2, 1), 0.25), mode="reflect")[:, ::2, ::2] for each in (a, b))
    return float(np.prod([np.maximum(value, 0) ** w for value, w in zip(values, WEIGHTS, strict=True)], axis=0).mean())
