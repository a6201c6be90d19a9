"""Sliced Wasserstein distance between patches of two sets of images (section 5 of the paper)."""

import numpy as np

from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid

SMALLEST_SIDE = 16
BATCH = 64


def sliced_wasserstein(
    real: np.ndarray,
    fake: np.ndarray,
    *,
    patch_size: int = 7,
    patches_per_image: int = 128,
    directions: int = 128,
    repeats: int = 4,
    seed: int = 0,
) -> dict[int | str, float]:
    """How differently two sets of images are textured, at each resolution from their own down to 16x16.

    Patches are taken at random places of every level of the images' Laplacian pyramids and normalized by channel. Along
    a random direction, the Wasserstein distance of two sets of patches is the mean distance of their sorted
    projections; it is averaged over many directions.

    Args:
        real: uint8 (images, side, side, channels); the paper takes 16,384.
        fake: of the same shape.
        patch_size: side of a patch in pixels.
        patches_per_image: at each level.
        directions: in each repeat.
        repeats: with other directions.
        seed: of places and directions.

    Returns:
        The distance times 1,000 by resolution, and their mean as "average". 0 for equal sets of patches.

    Raises:
        ValueError: if the sets differ in shape, or the side is no power of two from 16 on.
    """
    if real.shape != fake.shape:
        raise ValueError(f"real and fake must have one shape; received {real.shape} and {fake.shape}")
    side = real.shape[1]
    if real.shape[2] != side or side < SMALLEST_SIDE or side & (side - 1):
        raise ValueError(f"images must be square, their side a power of two from 16 on; received {real.shape}")
    levels = side.bit_length() - SMALLEST_SIDE.bit_length() + 1
    random = np.random.default_rng(seed)
    distances: dict[int | str, float] = {}
    for level in range(levels):
        a, b = (_descriptors(images, level, levels, patch_size, patches_per_image, random) for images in (real, fake))
        distances[side >> level] = 1000 * _distance(a, b, directions, repeats, random)
    return distances | {"average": float(np.mean(list(distances.values())))}


def _descriptors(
    images: np.ndarray, level: int, levels: int, size: int, number: int, random: np.random.Generator
) -> np.ndarray:
    """Normalized patches of one level: float32 (patches, size x size x channels)."""
    patches = np.empty((len(images), number, size, size, images.shape[-1]), np.float32)
    for start in range(0, len(images), BATCH):
        details = laplacian_pyramid(images[start : start + BATCH], min(level + 2, levels))[level]
        patches[start : start + BATCH] = _cut(details, size, number, random)
    patches -= patches.mean(axis=(0, 1, 2, 3), dtype=np.float64).astype(np.float32)
    patches /= patches.std(axis=(0, 1, 2, 3), dtype=np.float64).astype(np.float32)
    return patches.reshape(len(images) * number, -1)


def _cut(images: np.ndarray, size: int, number: int, random: np.random.Generator) -> np.ndarray:
    batch, side = images.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    rows, columns = random.integers(0, side - size + 1, (2, batch, number))
    return windows[np.arange(batch)[:, None], rows, columns].transpose(0, 1, 3, 4, 2)


def _distance(a: np.ndarray, b: np.ndarray, directions: int, repeats: int, random: np.random.Generator) -> float:
    distances = []
    for _ in range(repeats):
        axes = random.normal(size=(a.shape[1], directions))
        axes = (axes / np.linalg.norm(axes, axis=0)).astype(np.float32)
        sorted_a, sorted_b = (np.sort((axes.T @ patches.T), axis=1) for patches in (a, b))
        distances.append(np.abs(sorted_a - sorted_b).mean(dtype=np.float64))
    return float(np.mean(distances))
