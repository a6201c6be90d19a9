"""Affine transformations of images, a different one for each, composed as matrices and applied by one resampling."""

from typing import NamedTuple, Self

import numpy as np
from keras import KerasTensor as Tensor
from keras import ops


class Affine(NamedTuple):
    """The columns of each image's matrix, which tells where in the image a pixel of the result comes from.

    Vectors are (batch, 2), or (1, 2) while all images have the same: pixels to the right and down.

    Attributes:
        across: what a step to the right in the result is in the image.
        down: what a step down is.
        middle: from where, seen from the image's middle, the result's middle comes.
    """

    across: Tensor
    down: Tensor
    middle: Tensor

    @classmethod
    def identity(cls) -> Self:
        return cls(*(ops.convert_to_tensor(np.array([column], np.float32)) for column in ([1, 0], [0, 1], [0, 0])))

    # Each multiplies by another matrix from the right; its arguments are (batch, 1).

    def scaled(self, x: Tensor, y: Tensor | float) -> Self:
        return self._replace(across=x * self.across, down=y * self.down)

    def turned(self, cosine: Tensor, sine: Tensor) -> Self:
        return self._replace(
            across=cosine * self.across + sine * self.down, down=cosine * self.down - sine * self.across
        )

    def moved(self, x: Tensor, y: Tensor) -> Self:
        return self._replace(middle=self.middle + x * self.across + y * self.down)


def resample(images: Tensor, affine: Affine) -> Tensor:
    """Transforms images, interpolating bilinearly; around an image is its reflection, the border pixels not repeated.

    It gathers each pixel's four neighbours, so that derivatives of any order are those of a gather and the same on
    every backend. Whole pixels of shift, flips and quarter turns change no bit.

    Args:
        images: (batch, side, side, channels).
        affine: for each image.
    """
    batch, side, _, channels = ops.shape(images)
    last = side - 1
    position = ops.arange(side, dtype="float32") - last / 2
    across, down, middle = (each[:, :, None, None] for each in affine)
    source = across * position + (down * position[:, None] + (middle + last / 2))
    # Reflections put the first pixel at every multiple of twice the last: the distance from the nearest.
    source = ops.abs(source - 2 * last * ops.round(source / (2 * last)))

    before = ops.floor(source)
    x, y = ops.unstack((source - before)[..., None], axis=1)
    left, top = ops.unstack(ops.cast(before, "int32"), axis=1)
    right, bottom = ops.minimum(left + 1, last), ops.minimum(top + 1, last)

    pixels = ops.reshape(images, (-1, channels))
    image = side * side * ops.arange(batch)[:, None, None]

    def between(row: Tensor) -> Tensor:
        start, end = (ops.take(pixels, image + side * row + column, axis=0) for column in (left, right))
        return start + x * (end - start)

    above, below = between(top), between(bottom)
    return above + y * (below - above)
