"""Ever smaller copies of a picture, so that faces of all sizes have the one size that the first network sees."""

import math
from typing import Self

import cv2
import numpy as np

from preprocessing.canvas import GREY

CELL, STRIDE = 12, 2  # pixels: of the boxes that the first network judges
# The paper's pyramid, as in the mtcnn package.
SMALLEST_FACE, SHRINKING = 20, 0.709
FILLING = 1.25  # times the shorter side: of a face that fills its picture, the box reaches beyond it


class Pyramid:
    """Copies of a picture, each 0.709 times as large as the one before, side by side in one mosaic.

    The first network judges them all in one pass. Copies lie at even places, where its cells are.

    Args:
        sizes: height and width of each copy, the largest first.
        shape: height and width of the picture.
        border: pixels of grey around each copy, an even number.
    """

    def __init__(self, sizes: list[tuple[int, int]], shape: tuple[int, int], border: int = 0) -> None:
        self._sizes = sizes
        self._scales = (np.array(sizes) / shape).astype(np.float32)[:, ::-1]
        framed = [(height + 2 * border, width + 2 * border) for height, width in sizes]
        corners, self.shape = _columns(framed)
        self._places = [(top + border, left + border) for top, left in corners]
        self._levels = np.full([length // STRIDE for length in self.shape], -1, np.int8)
        for level, (corner, copy) in enumerate(zip(corners, framed, strict=True)):
            (top, left), (rows, columns) = ([length // STRIDE for length in each] for each in (corner, copy))
            cell = CELL // STRIDE - 1
            self._levels[top : top + rows - cell, left : left + columns - cell] = level

    @classmethod
    def of_square(cls, side: int) -> Self:
        """For faces from 20 pixels on.

        Args:
            side: of the picture, which has a border of its own.
        """
        largest = side * CELL / SMALLEST_FACE
        number = int(np.log(CELL / largest) / np.log(SHRINKING)) + 1
        sides = [int(largest * SHRINKING**level) for level in range(number)]
        return cls([(each, each) for each in sides], (side, side))

    @classmethod
    def of_picture(cls, shape: tuple[int, int], smallest: float) -> Self:
        """For faces of any size that the picture can hold.

        Args:
            shape: height and width of the picture.
            smallest: pixels of the smallest box sought; 20 at least.
        """
        shorter = min(shape)
        first = max(0, math.floor(math.log(smallest / SMALLEST_FACE, 1 / SHRINKING)))
        last = max(first, math.floor(math.log(FILLING * shorter / SMALLEST_FACE, 1 / SHRINKING)))
        scales = [CELL / SMALLEST_FACE * SHRINKING**level for level in range(first, last + 1)]
        sizes = [tuple(max(1, int(length * scale)) for length in shape) for scale in scales]
        return cls(sizes, shape, border=CELL // 2)

    def mosaic(self, picture: np.ndarray) -> np.ndarray:
        """Draws the copies.

        Args:
            picture: uint8 (height, width, 3).

        Returns:
            uint8 (height, width, 3) of `shape`, grey between the copies.
        """
        mosaic = np.full((*self.shape, 3), GREY, np.uint8)
        for (top, left), (height, width) in zip(self._places, self._sizes, strict=True):
            copy = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
            mosaic[top : top + height, left : left + width] = copy
        return mosaic

    def boxes(self, rows: np.ndarray, columns: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where cells of the mosaic are in the picture.

        Args:
            rows: (number,), of the cells.
            columns: (number,), of the cells.
            offsets: (number, 4), how to move their left, upper, right and lower side, in cell sides.

        Returns:
            The copy in which each lies, -1 for none; and its box x1, y1, x2, y2 in the picture, float32 (number, 4).
        """
        level = self._levels[rows, columns]
        places = np.array(self._places)[level][:, ::-1]
        corner = STRIDE * np.stack([columns, rows], axis=1) - places
        boxes = np.concatenate([corner + 1, corner + CELL], axis=1) + (CELL - 1) * offsets
        return level, (boxes / np.tile(self._scales[level], 2)).astype(np.float32)


def _columns(sizes: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Packs copies, the largest first, into columns as high as the first: the top and left of each; height, width."""
    total = _even(sizes[0][0])
    columns: list[list[int]] = []  # left, width, and where the next copy begins
    places = []
    for height, width in sizes:
        column = next((each for each in columns if each[2] + height <= total), None)
        if column is None:
            left = columns[-1][0] + columns[-1][1] if columns else 0
            column = [left, _even(width), 0]
            columns.append(column)
        places.append((column[2], column[0]))
        column[2] += _even(height)
    return places, (total, columns[-1][0] + columns[-1][1])


def _even(length: int) -> int:
    return length + length % 2
