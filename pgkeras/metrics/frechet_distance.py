"""The Fréchet distance between two sets of features (Heusel et al., arXiv 1706.08500, section 2)."""

import numpy as np

from pgkeras.metrics.feature_sets import blocks, checked


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The distance between the normal distributions that have the features' means m and covariances C.

    |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁C₂)^½). With C₁ = R₁ᵀR₁ and C₂ = R₂ᵀR₂, the trace of (C₁C₂)^½ is the sum of the
    singular values of R₁R₂ᵀ, which exists where rounding leaves a matrix without a root.

    The fewer images, the larger the distance: compare with the same number only.

    Args:
        real: floats (images, features), 2 images or more.
        fake: floats (other images, features), 2 images or more.

    Returns:
        0, but for rounding, for equal sets.

    Raises:
        ValueError: if they have other features, or fewer images.

    >>> real, fake = np.array([[1.0], [3.0], [5.0]]), np.array([[6.0], [7.0], [8.0]])
    >>> round(frechet_distance(real, fake), 6)  # (7 - 3)² + (2 - 1)²
    17.0
    """
    (real_mean, real_root), (fake_mean, fake_root) = map(_moments, checked(real, fake))
    variances = np.square(real_root).sum() + np.square(fake_root).sum()
    crossed = np.linalg.norm(real_root @ fake_root.T, "nuc")
    return float(np.square(real_mean - fake_mean).sum() + variances - 2 * crossed)


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean, and an upper triangular R (at most features, features) of which RᵀR is the covariance."""
    mean = features.mean(axis=0)
    root = np.empty((0, features.shape[1]))
    for block in blocks(features):
        root = np.linalg.qr(np.concatenate([root, block - mean]), mode="r")  # type: ignore[assignment]
    return mean, root / np.sqrt(len(features) - 1)
