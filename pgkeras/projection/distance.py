"""How far images are from those that they should become, in a form that can be differentiated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.metrics.laplacian_pyramid import doubled, halved

SMALLEST_LEVEL = 4  # pixels


@dataclass(frozen=True)
class Distance:
    """A distance of images.

    Attributes:
        between: drawn images and wanted ones, float32 (batch, side, side, channels), wanted ones in [-1, 1] -> float32
            (batch,).
        variables: that it reads.
    """

    between: Callable[[Tensor, Tensor], Tensor]
    variables: Sequence[keras.Variable] = ()


def pyramid_distance(side: int) -> Distance:
    """The mean absolute difference at every level of the Laplacian pyramid, summed.

    Every resolution counts as much as the next, so that the pose and the light are found first, and details in the end.

    Args:
        side: of the images, in pixels.
    """
    matrices = _matrices(side)

    def between(drawn: Tensor, wanted: Tensor) -> Tensor:
        levels = _pyramid(difference(drawn, wanted), matrices)
        return sum(ops.mean(ops.abs(level), axis=(1, 2, 3)) for level in levels)

    return Distance(between)


def difference(drawn: Tensor, wanted: Tensor) -> Tensor:
    """By how much pixels differ once they are shown: where white is wanted, anything brighter is white, too.

    Args:
        drawn: (batch, side, side, channels) as the network gives them, not clipped.
        wanted: the same, in [-1, 1].
    """
    lowest = ops.where(wanted <= -1, -np.inf, wanted)
    highest = ops.where(wanted >= 1, np.inf, wanted)
    return ops.maximum(drawn - highest, 0.0) + ops.minimum(drawn - lowest, 0.0)


def _matrices(side: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each step down the pyramid: (side / 2, side), which halves an axis, and (side, side / 2), which doubles it."""
    matrices = []
    while side > SMALLEST_LEVEL and side % 2 == 0:
        down = halved(np.eye(side, dtype=np.float32)[None, ..., None], axis=1)
        up = doubled(np.eye(side // 2, dtype=np.float32)[None, ..., None], axis=1)
        matrices.append((down[0, ..., 0], up[0, ..., 0]))
        side //= 2
    return matrices


def _pyramid(images: Tensor, matrices: list[tuple[np.ndarray, np.ndarray]]) -> list[Tensor]:
    """As `pgkeras.metrics.laplacian_pyramid`."""
    levels = []
    for down, up in matrices:
        smaller = _along_both(images, down)
        levels.append(images - _along_both(smaller, up))
        images = smaller
    return [*levels, images]


def _along_both(images: Tensor, matrix: np.ndarray) -> Tensor:
    return ops.einsum("ih,bhwc,jw->bijc", matrix, images, matrix)
