"""Images from a generator."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

BATCH_SIZE = 16


def label_size(generator: keras.Model) -> int:
    """How many classes a generator has; 0 if it takes no labels.

    Args:
        generator: latents, or latents and labels -> images.
    """
    return generator.inputs[1].shape[-1] if len(generator.inputs) > 1 else 0


def sample_batches(
    generator: keras.Model, latents: np.ndarray, labels: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Runs a generator on a few latents at a time, so that any number fits in memory.

    Args:
        generator: latents, or latents and labels -> images.
        latents: float32 (images, latent_size).
        labels: one-hot, float32 (images, label_size), if the generator takes them.

    Yields:
        float32 (at most 16, side, side, channels) as the network gives them, not clipped.
    """
    for start in range(0, len(latents), BATCH_SIZE):
        part = slice(start, start + BATCH_SIZE)
        inputs = latents[part] if labels is None else [latents[part], labels[part]]
        yield ops.convert_to_numpy(generator(inputs, training=False))


def sample(generator: keras.Model, latents: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """The images of all latents at once.

    Args:
        generator: latents, or latents and labels -> images.
        latents: float32 (images, latent_size).
        labels: one-hot, float32 (images, label_size), if the generator takes them.

    Returns:
        float32 (images, side, side, channels) as the network gives them, not clipped.
    """
    return np.concatenate(list(sample_batches(generator, latents, labels)))
