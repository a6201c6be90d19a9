"""Two sets of features, as the metrics take them that compare what a network sees in images."""

from collections.abc import Iterator

import numpy as np

BLOCK = 1024


def checked(real: np.ndarray, fake: np.ndarray, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Makes sure that two sets can be compared.

    Args:
        real: of any floats (images, features).
        fake: likewise.
        least: how many images of each the metric needs.

    Returns:
        Both as float64.

    Raises:
        ValueError: if they have other features, or fewer images.
    """
    if real.ndim != 2 or real.shape[1:] != fake.shape[1:] or min(len(real), len(fake)) < least:
        raise ValueError(
            f"real and fake must have the same features, and {least} images or more each; received {real.shape} and "
            f"{fake.shape}"
        )
    return real.astype(np.float64), fake.astype(np.float64)


def blocks(features: np.ndarray) -> Iterator[np.ndarray]:
    """A set in parts whose pairs with all of another set fit in memory.

    Args:
        features: (images, features).

    Yields:
        (at most 1,024, features).
    """
    for start in range(0, len(features), BLOCK):
        yield features[start : start + BLOCK]
