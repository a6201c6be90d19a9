"""Batches of real images at one resolution: a pure function of the data, the seed and the position.

The order of the images and which of them are mirrored depend only on the seed and on how many images have been shown,
so a resumed run sees exactly what an uninterrupted one would have seen.
"""

from collections.abc import Generator, Iterator, Sequence

import numpy as np

from pgkeras.data.dataset import Dataset, Images
from pgkeras.data.read_ahead import read_ahead
from pgkeras.images import shrink
from pgkeras.labels import one_hot

READ_BYTES = 2**25  # of images at their full side that are read at once
AHEAD = 4

Batch = np.ndarray | tuple[np.ndarray, np.ndarray]
"""Images, or images and their labels."""


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
) -> Generator[Batch]:
    """An endless stream of batches of real images, which a thread reads a few batches ahead.

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
        The replicas' shares, float32 (batch_size / replicas_in_all, resolution, resolution, channels) in [-1, 1]; with
        labels, pairs of these and one-hot float32 (batch_size / replicas_in_all, classes). Its `close` ends the thread.

    Raises:
        UserError: by `next`, if an image cannot be read.

    >>> stream = batches(Dataset(np.full((10, 8, 8, 3), 255, np.uint8)), resolution=4, batch_size=2, seed=0)
    >>> next(stream).shape, next(stream).max()
    ((2, 4, 4, 3), np.float32(1.0))
    >>> stream.close()
    """
    order = _order(len(data.images), batch_size, seed, start)
    shares = (
        (batch[replica::replicas_in_all], mirrored[replica::replicas_in_all] & mirror)
        for batch, mirrored in order
        for replica in replicas
    )
    return read_ahead((_read(data, indices, mirrored, resolution) for indices, mirrored in shares), AHEAD)


def _read(data: Dataset, indices: np.ndarray, mirrored: np.ndarray, resolution: int) -> Batch:
    images = _read_images(data.images, indices, resolution)
    images[mirrored] = images[mirrored, :, ::-1]
    images /= 127.5
    images -= 1.0
    return images if data.labels is None else (images, one_hot(data.labels[indices], len(data.label_names)))


def _read_images(images: Images, indices: np.ndarray, resolution: int) -> np.ndarray:
    """Large images a few at a time."""
    side, _, channels = images.shape[1:]
    number = max(1, READ_BYTES // (side * side * channels))
    small = np.empty((len(indices), resolution, resolution, channels), np.float32)
    for first in range(0, len(indices), number):
        here = slice(first, first + number)
        small[here] = shrink(images[indices[here]], resolution)
    return small


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
