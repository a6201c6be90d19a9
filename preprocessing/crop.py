"""The square crop around a face."""

import cv2
import numpy as np


def crop_square(photo: np.ndarray, box: np.ndarray, margin: float, size: int) -> np.ndarray:
    """Cuts a square around a box's centre and scales it.

    Where the square leaves the photo, the photo is reflected, however far it must be.

    Args:
        photo: uint8 (height, width, 3).
        box: x, y, width, height in pixels of the photo.
        margin: the square's side is (1 + margin) times the longer side of the box.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size, 3).
    """
    x, y, width, height = (float(value) for value in box)
    side = max(1, round(max(width, height) * (1 + margin)))
    columns = _reflected(round(x + width / 2 - side / 2), side, photo.shape[1])
    rows = _reflected(round(y + height / 2 - side / 2), side, photo.shape[0])
    square = photo[rows[:, None], columns]
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if size < side else cv2.INTER_CUBIC)


def _reflected(start: int, count: int, length: int) -> np.ndarray:
    """Indices from start on; outside 0..length - 1 they run back, the edge not repeated (2 1 0 1 2 1 0)."""
    if length == 1:
        return np.zeros(count, int)
    indices = np.abs(np.arange(start, start + count)) % (2 * (length - 1))
    return np.minimum(indices, 2 * (length - 1) - indices)
