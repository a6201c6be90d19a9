"""Whether a generator repeats its training images: generated images beside the training images most like them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pgkeras.data import Dataset
from pgkeras.images import grid, resize

READ_AT_A_TIME = 256
COMPARED_SIDE = 32
NEAREST = 5
SHOWN = 12


@dataclass(frozen=True)
class Neighbours:
    """The training images most like each of a number of images.

    Attributes:
        similarity: float32 (images, 5), the correlation of pixels, the most similar first; fewer than 5 if there are
            fewer training images.
        index: int64 (images, 5), which training image.
        mirrored: bool (images, 5), whether it is the training image's mirror image that is so similar.
    """

    similarity: np.ndarray
    index: np.ndarray
    mirrored: np.ndarray

    @property
    def typical_similarity(self) -> float:
        """The median of the images' similarity to their nearest training image."""
        return float(np.median(self.similarity[:, 0]))


def nearest(
    images: np.ndarray, training: Dataset, *, on_images: Callable[[int], object] = lambda count: None
) -> Neighbours:
    """Looks for images among training images and their mirror images.

    They are compared at 32x32 pixels or fewer by the correlation of their pixels, which does not see how bright or
    how rich in contrast they are.

    Args:
        images: uint8 (images, side, side, channels).
        training: images as large or larger, at least one.
        on_images: called with the number of training images that have just been compared.
    """
    side = min(images.shape[1], COMPARED_SIDE)
    wanted = _features(images, side)
    similarity = np.empty((len(images), 0), np.float32)
    index = np.empty((len(images), 0), np.int64)
    mirrored = np.empty((len(images), 0), bool)
    for start, batch in _batches(training):
        straight, mirror = (_features(each, side) for each in (batch, batch[:, :, ::-1]))
        found = np.stack([wanted @ straight.T, wanted @ mirror.T])
        best = found.max(axis=0)
        similarity = np.concatenate([similarity, best], axis=1)
        index = np.concatenate([index, np.broadcast_to(start + np.arange(len(batch)), best.shape)], axis=1)
        mirrored = np.concatenate([mirrored, found.argmax(axis=0).astype(bool)], axis=1)
        order = np.argsort(-similarity, axis=1)[:, :NEAREST]
        similarity, index, mirrored = (np.take_along_axis(each, order, 1) for each in (similarity, index, mirrored))
        on_images(len(batch))
    return Neighbours(similarity, index, mirrored)


def sheet(images: np.ndarray, neighbours: Neighbours, training: Dataset) -> np.ndarray:
    """Draws the 12 images that are most like a training image, the most suspicious first, each beside its nearest 5.

    Args:
        images: uint8 (images, side, side, channels).
        neighbours: of them.
        training: images among which they were sought.

    Returns:
        uint8 (12 side, 6 side + gap, channels); with fewer images fewer rows.
    """
    side = images.shape[1]
    rows = np.argsort(-neighbours.similarity[:, 0])[:SHOWN]
    found = resize(training.images[neighbours.index[rows].ravel()], side)
    turned = neighbours.mirrored[rows].ravel()
    found[turned] = found[turned, :, ::-1]
    own, theirs = grid(images[rows], 1), grid(found, neighbours.index.shape[1])
    gap = np.full((len(own), side // 8, images.shape[3]), 255, np.uint8)
    return np.concatenate([own, gap, theirs], axis=1)


def _batches(dataset: Dataset) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, len(dataset.images), READ_AT_A_TIME):
        yield start, dataset.images[start : start + READ_AT_A_TIME]


def _features(images: np.ndarray, side: int) -> np.ndarray:
    """Pixels of mean 0 and length 1: float32 (images, side x side x channels)."""
    small = resize(images, side).reshape(len(images), -1).astype(np.float32)
    small -= small.mean(axis=1, keepdims=True)
    return small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)
