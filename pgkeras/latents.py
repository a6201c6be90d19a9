"""Latent vectors: from seeds, the same on every machine, and between two of them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.files.npy import read_npy

LAST_SEED = 2**32 - 1
NEARLY_PARALLEL = 1e-6  # sine of the angle below which the way is taken for straight


def latents_from_seeds(seeds: Iterable[int], latent_size: int) -> np.ndarray:
    """One latent for each seed: standard normal numbers from MT19937 by Marsaglia's polar method.

    This is `numpy.random.RandomState(seed).randn`, whose output NumPy has frozen for good, as in the official
    code; a seed gives the same face here, in the exported models' goldens and in the app.

    Args:
        seeds: integers from 0 to LAST_SEED, 2**32 - 1.
        latent_size: components of a latent.

    Returns:
        float32 (seeds, latent_size).

    >>> latents_from_seeds([0, 1], 2).round(4)
    array([[ 1.7641,  0.4002],
           [ 1.6243, -0.6118]], dtype=float32)
    """
    return np.stack([np.random.RandomState(seed).randn(latent_size) for seed in seeds]).astype(np.float32)


class SeededLatents:
    """The latents of seeds, drawn when they are asked for.

    Args:
        seeds: int64 (latents,), from 0 to LAST_SEED.
        latent_size: components of each.

    >>> latents = SeededLatents(np.arange(1000), 2)
    >>> latents.shape, latents[:2].round(4).tolist() == latents_from_seeds([0, 1], 2).round(4).tolist()
    ((1000, 2), True)
    """

    def __init__(self, seeds: np.ndarray, latent_size: int) -> None:
        self._seeds = seeds
        self.shape = (len(seeds), latent_size)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, chosen: slice) -> np.ndarray:
        return latents_from_seeds(self._seeds[chosen], self.shape[1])


def read_latents(path: Path, latent_size: int) -> np.ndarray:
    """Reads latents, as `pgkeras project` and `pgkeras serve` write them.

    Args:
        path: of an .npy file.
        latent_size: of the generator that they are for.

    Returns:
        float32 (latents, latent_size), at least one.

    Raises:
        UserError: if the file holds anything else, or values that are not finite.
    """
    latents = read_npy(path)
    if latents.ndim != 2 or latents.shape[1] != latent_size or latents.dtype.kind != "f" or not len(latents):
        raise UserError(
            f"{path}: holds {latents.dtype} {latents.shape}; this generator takes float32 (images, {latent_size})"
        )
    with np.errstate(over="ignore"):
        latents = latents.astype(np.float32)
    if not np.isfinite(latents).all():
        raise UserError(f"{path}: holds NaN or infinite values; make it again")
    return latents


def read_directions(path: Path, latent_size: int) -> np.ndarray:
    """Reads latents to walk from or to.

    Args:
        path: of an .npy file.
        latent_size: of the generator that they are for.

    Returns:
        float32 (latents, latent_size), at least one, none of them zero.

    Raises:
        UserError: as `read_latents`, or if a latent has only zeros.
    """
    latents = read_latents(path, latent_size)
    if not latents.any(axis=1).all():
        raise UserError(f"{path}: holds a latent of zeros, which has no direction; make it again")
    return latents


def interpolate(start: np.ndarray, end: np.ndarray, fraction: float) -> np.ndarray:
    """A latent on the way from one to another along the sphere, where the generator has learned (slerp, as in the app).

    Args:
        start: float32 (latent_size,).
        end: float32 (latent_size,).
        fraction: 0 gives `start`, 1 gives `end`.

    Returns:
        float32 (latent_size,).

    >>> interpolate(np.array([2.0, 0.0]), np.array([0.0, 2.0]), 0.5).round(4)
    array([1.4142, 1.4142], dtype=float32)
    """
    first, last = start.astype(np.float64), end.astype(np.float64)
    cosine = first @ last / np.sqrt((first @ first) * (last @ last))
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    sine = np.sin(angle)
    if sine < NEARLY_PARALLEL:
        weights = 1 - fraction, fraction
    else:
        weights = np.sin((1 - fraction) * angle) / sine, np.sin(fraction * angle) / sine
    return (weights[0] * first + weights[1] * last).astype(np.float32)
