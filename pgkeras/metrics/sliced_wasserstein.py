"""Sliced Wasserstein distance between patches of two sets of images (section 5 of the paper)."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock

import numpy as np

from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid

SMALLEST_SIDE = 16
BATCH_PIXELS = 2**21
BATCH_PATCHES = 2**14  # at each level
BINS = 2**13 + 1  # 0.0002 wide at 0, 0.009 at 5 standard deviations; 0 is in the middle of one
AXES_AT_A_TIME = 128
LEAST_DEVIATION = 1e-3  # grey levels; less is rounding, which is not enlarged


def sliced_wasserstein(real: np.ndarray, fake: np.ndarray, **options: int) -> dict[int | str, float]:
    """How differently two sets of images are textured, at each resolution from their own down to 16x16.

    Patches are taken at random places of every level of the images' Laplacian pyramids and normalized by channel. Along
    a random direction, the Wasserstein distance of two sets of patches is the mean distance of their sorted
    projections; it is averaged over many directions.

    The mean distance of sorted values is the area between their cumulative distributions (Vallender 1974). These are
    found by counting, in narrow bins, to about a thousandth of the distance. Nothing is sorted or kept, so that memory
    does not grow with the number of images.

    Args:
        real: uint8 (images, side, side, channels), perhaps memory-mapped; the paper takes 16,384.
        fake: of the same shape.
        options: of `SlicedWasserstein`.

    Returns:
        The distance times 1,000 by resolution, and their mean as "average". 0 for equal sets of patches.

    Raises:
        ValueError: if the sets differ in shape, or the side is not a power of two from 16 on.
    """
    return SlicedWasserstein(real, **options)(fake)


class SlicedWasserstein:
    """`sliced_wasserstein` of many sets of images from the same real ones, which it looks at once.

    Args:
        real: uint8 (images, side, side, channels), perhaps memory-mapped.
        patch_size: side of a patch in pixels.
        patches_per_image: at each level.
        directions: in each repeat.
        repeats: with other directions.
        seed: of places and directions.

    Raises:
        ValueError: if the side is not a power of two from 16 on.
    """

    def __init__(
        self,
        real: np.ndarray,
        *,
        patch_size: int = 7,
        patches_per_image: int = 128,
        directions: int = 128,
        repeats: int = 4,
        seed: int = 0,
    ) -> None:
        _, side, width, channels = real.shape
        if width != side or side < SMALLEST_SIDE or side & (side - 1):
            raise ValueError(f"images must be square, their side a power of two from 16 on; received {real.shape}")
        levels = side.bit_length() - SMALLEST_SIDE.bit_length() + 1
        self._shape = real.shape
        self._patches = partial(_Patches, levels=levels, size=patch_size, number=patches_per_image)
        self._seed = seed
        self._axes = _axes(patch_size**2 * channels, directions * repeats, seed)
        self._counts = np.zeros((levels, directions * repeats, BINS), np.int32)
        self._count(real, self._counts, sign=1)

    def __call__(self, fake: np.ndarray) -> dict[int | str, float]:
        """The distances of a set.

        Args:
            fake: of the real images' shape.

        Returns:
            What `sliced_wasserstein` returns.

        Raises:
            ValueError: if the shapes differ.
        """
        if fake.shape != self._shape:
            raise ValueError(f"real and fake must have one shape; received {self._shape} and {fake.shape}")
        differences = self._counts.copy()
        patches = self._count(fake, differences, sign=-1)
        side, in_all = fake.shape[1], len(fake) * patches.number
        distances: dict[int | str, float] = {
            side >> level: 1000 * _area(each / in_all) for level, each in enumerate(differences)
        }
        return distances | {"average": float(np.mean(list(distances.values())))}

    def _count(self, images: np.ndarray, counts: np.ndarray, sign: int) -> "_Patches":
        patches = self._patches(images, seed=(self._seed, sign + 1))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            _count(patches, self._axes, counts, sign, pool)
        return patches


@dataclass(frozen=True)
class _Patches:
    """Random patches of all levels of a set of images; the same ones whenever they are taken."""

    images: np.ndarray
    levels: int
    size: int
    number: int
    seed: tuple[int, int]

    @property
    def batches(self) -> list[slice]:
        """Of the images."""
        size = max(1, min(BATCH_PIXELS // self.images.shape[1] ** 2, BATCH_PATCHES // self.number))
        return [slice(start, start + size) for start in range(0, len(self.images), size)]

    def of(self, batch: slice) -> list[np.ndarray]:
        """float32 (images x number, channels x size x size) of each level, the finest first."""
        random = np.random.default_rng([*self.seed, batch.start])
        pyramid = laplacian_pyramid(self.images[batch], self.levels)
        return [self._cut(details, random) for details in pyramid]

    def _cut(self, images: np.ndarray, random: np.random.Generator) -> np.ndarray:
        batch, side = images.shape[:2]
        rows, columns = random.integers(0, side - self.size + 1, (2, batch, self.number))
        size = (self.size, self.size)
        windows = np.lib.stride_tricks.sliding_window_view(images, size, axis=(1, 2))  # type: ignore[call-overload]
        return windows[np.arange(batch)[:, None], rows, columns].reshape(batch * self.number, -1)


def _axes(length: int, number: int, seed: int) -> np.ndarray:
    """Random unit vectors: float64 (number, length)."""
    axes = np.random.default_rng(seed).normal(size=(number, length))
    return axes / np.linalg.norm(axes, axis=1, keepdims=True)


def _count(patches: _Patches, axes: np.ndarray, counts: np.ndarray, sign: int, pool: ThreadPoolExecutor) -> None:
    """Counts how many patches, normalized, lie in each bin along each axis.

    Args:
        patches: of the images.
        axes: (axes, length of a patch).
        counts: int32 (levels, axes, bins), to which they are added.
        sign: 1 to add, -1 to subtract.
        pool: computes batches side by side.
    """
    channels = patches.images.shape[-1]
    mean, deviation = _statistics(patches, pool)
    of_channels = axes.reshape(len(axes), channels, -1) / deviation[:, None, :, None]
    centres = (of_channels * mean[:, None, :, None]).sum(axis=(2, 3)).astype(np.float32)
    scaled = of_channels.reshape(-1, *axes.shape).astype(np.float32)
    adding = Lock()

    def count(batch: slice) -> None:
        for level, found in enumerate(patches.of(batch)):
            for first in range(0, len(axes), AXES_AT_A_TIME):
                some = slice(first, first + AXES_AT_A_TIME)
                bins = _bins(scaled[level, some] @ found.T - centres[level, some, None])
                counted = np.array([np.bincount(each, minlength=BINS) for each in bins], np.int32)
                with adding:
                    counts[level, some] += sign * counted

    list(pool.map(count, patches.batches))


def _statistics(patches: _Patches, pool: ThreadPoolExecutor) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the patches' pixels: float64 (levels, channels) each."""
    channels = patches.images.shape[-1]

    def moments(batch: slice) -> np.ndarray:
        levels = patches.of(batch)
        sums = [each.sum(axis=0, dtype=np.float64) for each in levels]
        squares = [np.einsum("pv,pv->v", each, each, dtype=np.float64) for each in levels]
        return np.reshape([sums, squares], (2, len(levels), channels, -1)).sum(axis=3)

    pixels_in_all = len(patches.images) * patches.number * patches.size**2
    mean, square = np.sum(list(pool.map(moments, patches.batches)), axis=0) / pixels_in_all
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    return mean, np.where(deviation < LEAST_DEVIATION, 1, deviation)


def _bins(values: np.ndarray) -> np.ndarray:
    """In which bin values lie. All numbers have one: bins are equally wide on a scale that shrinks them to -1 ... 1."""
    shrunk = values / (1 + np.abs(values))
    return np.minimum(((shrunk + 1) * (BINS / 2)).astype(np.int32), BINS - 1)


def _area(differences: np.ndarray) -> float:
    """The area between two cumulative distributions, averaged over axes.

    Args:
        differences: float64 (axes, bins), between the shares of two sets in each bin.
    """
    shrunk = np.arange(1, BINS) / (BINS / 2) - 1
    edges = shrunk / (1 - np.abs(shrunk))
    between = np.abs(np.cumsum(differences, axis=1)[:, :-1])
    return float(np.trapezoid(between, edges, axis=1).mean())
