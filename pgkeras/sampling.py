"""Images from a generator."""

import keras
import numpy as np
from keras import ops

BATCH_SIZE = 16


def sample(generator: keras.Model, latents: np.ndarray) -> np.ndarray:
    """Runs a generator in batches, so that any number of latents fits in memory.

    Args:
        generator: latents -> images.
        latents: float32 (batch, latent_size).

    Returns:
        float32 (batch, side, side, channels) as the network gives them, not clipped.
    """
    parts = [latents[start : start + BATCH_SIZE] for start in range(0, len(latents), BATCH_SIZE)]
    return np.concatenate([ops.convert_to_numpy(generator(part, training=False)) for part in parts])
