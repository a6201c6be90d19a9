"""Batches of real images at one resolution: a pure function of the data, the seed and the position.

The order of the images and which of them are mirrored depend only on the seed and on how many images have been shown,
so a resumed run sees exactly what an uninterrupted one would have seen.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from pgkeras.data.dataset import Dataset
from pgkeras.errors import UserError
from pgkeras.labels import one_hot


def batches(
    data: Dataset, resolution: int, batch_size: int, *, seed: int, start: int = 0, mirror: bool = True
) -> tf.data.Dataset:
    """An endless stream of batches of real images.

    Every pass over the data is a new permutation; a batch may span two passes.

    Args:
        data: the images, whose side is at least resolution, and perhaps labels.
        resolution: image side to deliver, in pixels; larger images are averaged over the area of each pixel.
        batch_size: images per batch.
        seed: of the order and of the mirroring.
        start: images shown before the first batch.
        mirror: whether half of the images, chosen anew in each pass, are mirrored.

    Returns:
        A dataset of float32 (batch_size, resolution, resolution, channels) in [-1, 1]; with labels, of pairs of these
        and one-hot float32 (batch_size, classes). Iterate in `reading_data`.
    """
    side, channels = data.images.shape[2:]
    classes = len(data.label_names)

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for indices, mirrored in _order(len(data.images), batch_size, seed, start):
            own = np.empty((batch_size, 0)) if data.labels is None else one_hot(data.labels[indices], classes)
            yield data.images[indices], mirrored & mirror, own

    dataset = tf.data.Dataset.from_generator(
        generate,
        output_signature=(
            tf.TensorSpec((batch_size, side, side, channels), tf.uint8),
            tf.TensorSpec((batch_size,), tf.bool),
            tf.TensorSpec((batch_size, classes), tf.float32),
        ),
    )

    def prepare(batch: tf.Tensor, mirrored: tf.Tensor, own: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        batch = tf.where(mirrored[:, None, None, None], tf.reverse(batch, axis=[2]), batch)
        batch = _shrink(tf.cast(batch, tf.float32), side, resolution) / 127.5 - 1.0
        return batch if data.labels is None else (batch, own)

    return dataset.map(prepare, num_parallel_calls=2, deterministic=True).prefetch(4)


@contextmanager
def reading_data() -> Iterator[None]:
    """Around everything that iterates over `batches`.

    Raises:
        UserError: if an image cannot be read; TensorFlow makes another error of it, whose text is a traceback.
    """
    try:
        yield
    except tf.errors.OpError as error:
        said = re.search(rf"^{UserError.__module__}\.UserError: (.+)$", error.message, re.MULTILINE)
        if not said:
            raise
        raise UserError(said[1]) from None


def _shrink(images: tf.Tensor, side: int, resolution: int) -> tf.Tensor:
    if side % resolution:
        return tf.image.resize(images, (resolution, resolution), "area")
    factor = side // resolution
    return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images


def _order(number: int, batch_size: int, seed: int, start: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields (indices of images, which are mirrored) for each batch, from the position `start` on."""
    epoch, position = divmod(start, number)
    indices, mirrored = np.empty(0, np.int64), np.empty(0, bool)
    while True:
        while len(indices) < batch_size:
            random = np.random.default_rng([seed, epoch])
            indices = np.concatenate([indices, random.permutation(number)[position:]])
            mirrored = np.concatenate([mirrored, (random.random(number) < 0.5)[position:]])
            epoch, position = epoch + 1, 0
        yield indices[:batch_size], mirrored[:batch_size]
        indices, mirrored = indices[batch_size:], mirrored[batch_size:]
