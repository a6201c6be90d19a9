"""The picture in which faces are sought, and the way back to the photo."""

from typing import Self

import cv2
import numpy as np

from preprocessing.face import Face

BORDER = 0.1  # of a square canvas's side: the box of a face that fills its photo reaches beyond it
GREY = 128
MOST = 32_766  # pixels of a side: more, OpenCV cannot cut patches from
PATCHES = 256  # cut at a time: OpenCV makes no picture with a side beyond `MOST` either


class Canvas:
    """A photo, scaled and on grey.

    Args:
        photo: uint8 (height, width, 3) RGB.
        scale: canvas pixels a photo pixel.
        shape: height and width of the canvas, in whose middle the photo is; None for the photo's own.
    """

    def __init__(self, photo: np.ndarray, scale: float, shape: tuple[int, int] | None = None) -> None:
        self._size = np.array(photo.shape[1::-1], np.float32)
        self._scale = scale
        width, height = (max(1, round(length * scale)) for length in photo.shape[1::-1])
        scaled = photo
        if scale != 1:
            interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            scaled = cv2.resize(photo, (width, height), interpolation=interpolation)
        self._offset = np.zeros(2, np.float32)
        self.pixels = scaled
        if shape is not None:
            left, top = (shape[1] - width) // 2, (shape[0] - height) // 2
            self._offset = np.array([left, top], np.float32)
            self.pixels = np.full((*shape, 3), GREY, np.uint8)
            self.pixels[top : top + height, left : left + width] = scaled

    @classmethod
    def small(cls, photo: np.ndarray, side: int) -> Self:
        """A square one, with a border.

        Args:
            photo: uint8 (height, width, 3) RGB, of any size.
            side: of the canvas, in pixels.
        """
        return cls(photo, side * (1 - 2 * BORDER) / max(photo.shape[:2]), (side, side))

    @classmethod
    def whole(cls, photo: np.ndarray) -> Self:
        """The photo itself; only one with a side of more than `MOST` pixels is shrunk.

        Args:
            photo: uint8 (height, width, 3) RGB, of any size.
        """
        return cls(photo, min(1, MOST / max(photo.shape[:2])))

    def patches(self, boxes: np.ndarray, side: int) -> np.ndarray:
        """Cuts squares out and scales them; outside the canvas they are grey.

        Args:
            boxes: float32 (number, 4) of x1, y1, x2, y2.
            side: of the patches, in pixels.

        Returns:
            uint8 (number, side, side, 3).
        """
        parts = [boxes[start : start + PATCHES] for start in range(0, len(boxes), PATCHES)]
        return np.concatenate([self._patches(part, side) for part in parts])

    def _patches(self, boxes: np.ndarray, side: int) -> np.ndarray:
        at = np.linspace(0, 1, side, dtype=np.float32)
        columns, rows = (boxes[:, [first]] + (boxes[:, [first + 2]] - boxes[:, [first]]) * at for first in (0, 1))
        shape = (len(boxes), side, side)
        columns = np.broadcast_to(columns[:, np.newaxis, :], shape).reshape(-1, side)
        rows = np.broadcast_to(rows[:, :, np.newaxis], shape).reshape(-1, side)
        patches = cv2.remap(self.pixels, columns, rows, cv2.INTER_LINEAR, borderValue=(GREY, GREY, GREY))
        return patches.reshape(*shape, 3)

    def faces(self, corners: np.ndarray, landmarks: np.ndarray, confidence: float) -> list[Face]:
        """A face of the canvas in the photo, if it is in there.

        Args:
            corners: float (4,): x1, y1, x2, y2.
            landmarks: float (5, 2).
            confidence: of the face.
        """
        upper_left, lower_right = ((corner - self._offset) / self._scale for corner in (corners[:2], corners[2:]))
        centre = (upper_left + lower_right) / 2  # outside the photo: a face that the border feigns
        finite = np.isfinite(corners).all() and np.isfinite(landmarks).all()
        if not (finite and (upper_left < lower_right).all() and ((centre > 0) & (centre < self._size)).all()):
            return []
        upper_left, lower_right = np.clip(upper_left, 0, self._size), np.clip(lower_right, 0, self._size)
        box = np.concatenate([upper_left, lower_right - upper_left])
        return [Face(box, (landmarks - self._offset) / self._scale, float(confidence))]
