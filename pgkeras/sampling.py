"""Images from a generator."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

BATCH_SIZE = 16


def sample_batches(generator: keras.Model, latents: np.ndarray) -> Iterator[np.ndarray]:
    """Runs a generator on a few latents at a time, so that any number fits in memory.

    Args:
        generator: latents -> images.
        latents: float32 (images, latent_size).

    Yields:
        float32 (at most 16, side, side, channels) as the network gives them, not clipped.
    """
    for start in range(0, len(latents), BATCH_SIZE):
        yield ops.convert_to_numpy(generator(latents[start : start + BATCH_SIZE], training=False))


def sample(generator: keras.Model, latents: np.ndarray) -> np.ndarray:
    """The images of all latents at once.

    Args:
        generator: latents -> images.
        latents: float32 (images, latent_size).

    Returns:
        float32 (images, side, side, channels) as the network gives them, not clipped.
    """
    return np.concatenate(list(sample_batches(generator, latents)))
