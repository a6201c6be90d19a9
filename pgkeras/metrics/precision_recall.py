"""Precision and recall of generated images (Kynkäänniemi et al., arXiv 1904.06991, section 2)."""

from collections.abc import Iterator

import numpy as np

from pgkeras.metrics.feature_sets import blocks, checked

NEIGHBOURS = 3


def precision(real: np.ndarray, fake: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
    """The share of generated images that look real: that lie in the manifold of the real ones.

    The manifold of a set is made of a ball around each image, which reaches as far as its third-nearest neighbour in
    the set. The values depend on the number of images: compare with the same number only.

    Args:
        real: floats (images, features), more images than neighbours.
        fake: floats (other images, features), more images than neighbours.
        neighbours: the paper's k: which neighbour a ball reaches.

    Raises:
        ValueError: if they have other features, or fewer images.

    >>> real, fake = np.array([[0.0], [1.0], [3.0], [9.0]]), np.array([[-2.0], [16.0], [10.0], [5.0]])
    >>> precision(real, fake, neighbours=1)  # from -1 to 2, from 1 to 5, from 3 to 15
    0.5
    """
    real, fake = checked(real, fake, least=neighbours + 1)
    # Each image is its own nearest.
    radii = np.concatenate([np.partition(each, neighbours)[:, neighbours] for each in _squared_distances(real, real)])
    return float(np.concatenate([(each <= radii).any(axis=1) for each in _squared_distances(fake, real)]).mean())


def recall(real: np.ndarray, fake: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
    """The share of real images whose like the generator makes: that lie in the manifold of the generated ones.

    Args:
        real: as for `precision`.
        fake: likewise.
        neighbours: likewise.

    Raises:
        ValueError: if they have other features, or fewer images.
    """
    return precision(fake, real, neighbours)


def _squared_distances(a: np.ndarray, b: np.ndarray) -> Iterator[np.ndarray]:
    """(at most 1,024, images of b) for all images of a."""
    lengths = np.square(b).sum(axis=1)
    for block in blocks(a):
        yield np.square(block).sum(axis=1, keepdims=True) + lengths - 2 * block @ b.T
