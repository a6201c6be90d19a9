"""The kernel distance between two sets of features (Bińkowski et al., arXiv 1801.01401, section 4)."""

import numpy as np

from pgkeras.metrics.feature_sets import blocks, checked


def kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The squared maximum mean discrepancy with the kernel (x·y / features + 1)³, by its unbiased estimator.

    All pairs of images count. The paper averages over subsets, which has the same expectation and more noise.

    Args:
        real: floats (images, features), 2 images or more.
        fake: floats (other images, features), 2 images or more.

    Returns:
        The distance times 1,000; around 0, and as often below, for two sets of the same kind.

    Raises:
        ValueError: if they have other features, or fewer images.

    >>> kernel_distance(np.array([[0.0], [1.0]]), np.array([[2.0], [2.0]]))  # 1 + 125 - 2 (1 + 27) / 2
    98000.0
    """
    real, fake = checked(real, fake)
    between = _kernel_sum(real, fake) / (len(real) * len(fake))
    return 1000 * float(_mean_of_pairs(real) + _mean_of_pairs(fake) - 2 * between)


def _mean_of_pairs(features: np.ndarray) -> float:
    """Of two different images each."""
    number, width = features.shape
    with_themselves = _cubic(np.square(features).sum(axis=1) / width).sum()
    return (_kernel_sum(features, features) - with_themselves) / (number * (number - 1))


def _kernel_sum(a: np.ndarray, b: np.ndarray) -> float:
    return sum(_cubic(block @ b.T / a.shape[1]).sum() for block in blocks(a))


def _cubic(products: np.ndarray) -> np.ndarray:
    root = products + 1
    return root * root * root  # many times as fast as root**3
