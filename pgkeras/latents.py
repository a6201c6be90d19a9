"""Latent vectors from seeds, the same on every machine."""

from collections.abc import Iterable

import numpy as np


def latents_from_seeds(seeds: Iterable[int], latent_size: int) -> np.ndarray:
    """One latent for each seed: standard normal numbers from MT19937 by Marsaglia's polar method.

    This is `numpy.random.RandomState(seed).randn`, whose output NumPy has frozen for good, as in the official
    code; a seed gives the same face here, in the exported models' goldens and in the app.

    Args:
        seeds: integers from 0 to 2**32 - 1.
        latent_size: components of a latent.

    Returns:
        float32 (seeds, latent_size).

    >>> latents_from_seeds([0, 1], 2).round(4)
    array([[ 1.7641,  0.4002],
           [ 1.6243, -0.6118]], dtype=float32)
    """
    return np.stack([np.random.RandomState(seed).randn(latent_size) for seed in seeds]).astype(np.float32)
