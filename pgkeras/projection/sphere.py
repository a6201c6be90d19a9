"""Latents of mean square 1, near which all drawn ones are."""

import numpy as np


def normalized(latents: np.ndarray) -> np.ndarray:
    """The latents of that length in the same directions.

    Args:
        latents: float32 (images, latent_size).

    >>> normalized(np.array([[3.0, 4.0]], np.float32)).round(3)
    array([[0.849, 1.131]], dtype=float32)
    """
    return latents / np.sqrt(np.square(latents).mean(axis=1, keepdims=True))


def tangential(gradients: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """What gradients say about moves along the sphere.

    Args:
        gradients: float32 (images, latent_size).
        latents: normalized ones, where they were taken.

    >>> tangential(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    array([[ 1., -1.]])
    """
    return gradients - latents * (gradients * latents).mean(axis=1, keepdims=True)
