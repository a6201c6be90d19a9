"""Batches of real images at one resolution: a pure function of the data, the seed and the position.

The order of the images and which of them are mirrored depend only on the seed and on how many images have been shown,
so a resumed run sees exactly what an uninterrupted one would have seen.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from pgkeras.data.dataset import Dataset
from pgkeras.errors import UserError
from pgkeras.labels import one_hot

READ_BYTES = 2**25  # of images at their full side that are read at once; a few such parts of batches are in memory


def batches(
    data: Dataset,
    resolution: int,
    batch_size: int,
    *,
    seed: int,
    start: int = 0,
    mirror: bool = True,
    replicas: Sequence[int] = (0,),
    replicas_in_all: int = 1,
) -> tf.data.Dataset:
    """An endless stream of batches of real images.

    Every pass over the data is a new permutation; a batch may span two passes.

    Args:
        data: the images, whose side is at least resolution, and perhaps labels.
        resolution: image side to deliver, in pixels; larger images are averaged over the area of each pixel.
        batch_size: images per batch; a multiple of replicas_in_all.
        seed: of the order and of the mirroring.
        start: images shown before the first batch.
        mirror: whether half of the images, chosen anew in each pass, are mirrored.
        replicas: the replicas to feed, in turn; replica r of n gets the images r, r + n, r + 2n ... of each batch.
        replicas_in_all: among which each batch is dealt.

    Returns:
        A dataset of the replicas' shares, float32 (batch_size / replicas_in_all, resolution, resolution, channels) in
        [-1, 1]; with labels, of pairs of these and one-hot float32 (batch_size / replicas_in_all, classes). Iterate in
        `reading_data`.
    """
    side, channels = data.images.shape[2:]
    share = batch_size // replicas_in_all
    read = max(1, READ_BYTES // (side * side * channels))
    classes = len(data.label_names)

    def generate() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for batch, batch_mirrored in _order(len(data.images), batch_size, seed, start):
            for replica in replicas:
                own, own_mirrored = batch[replica::replicas_in_all], batch_mirrored[replica::replicas_in_all]
                for first in range(0, share, read):
                    indices, mirrored = own[first : first + read], own_mirrored[first : first + read]
                    no_labels = np.empty((len(indices), 0), np.float32)
                    labels = no_labels if data.labels is None else one_hot(data.labels[indices], classes)
                    yield data.images[indices], mirrored & mirror, labels

    dataset = tf.data.Dataset.from_generator(
        generate,
        output_signature=(
            tf.TensorSpec((None, side, side, channels), tf.uint8),
            tf.TensorSpec((None,), tf.bool),
            tf.TensorSpec((None, classes), tf.float32),
        ),
    )

    def prepare(images: tf.Tensor, mirrored: tf.Tensor, labels: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        if resolution < side:
            images = tf.image.resize(images, (resolution, resolution), "area")
        small = tf.cast(images, tf.float32)
        small = tf.where(mirrored[:, None, None, None], tf.reverse(small, axis=[2]), small) / 127.5 - 1.0
        return small if data.labels is None else (small, labels)

    # Several machines that did not know it to be endless would trace steps for a last, smaller batch.
    endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    prepared = dataset.map(prepare, num_parallel_calls=2, deterministic=True)
    return prepared.rebatch(share, drop_remainder=True).apply(endless).prefetch(4)


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
