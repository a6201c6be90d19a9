"""Where the faces are: mtcnn on small copies of the photos, in batches."""

from dataclasses import dataclass

import cv2
import mtcnn.utils.bboxes
import numpy as np
from mtcnn import MTCNN

from preprocessing.rejects import Reason, Rejection, describe

BORDER = 0.1  # of the canvas side: the box of a face that fills its photo reaches beyond it
LOWEST_CONFIDENCE = 0.5  # below it mtcnn itself says "no face"


@dataclass(frozen=True)
class Face:
    """A face, in pixels of the upright photo.

    Args:
        box: float32 (4,): x and y of the upper left corner, width, height; within the photo, never empty.
        landmarks: float32 (5, 2): x and y of left eye, right eye, nose, left and right corner of the mouth,
            left and right as the viewer sees them.
        confidence: from 0.5 to 1.
    """

    box: np.ndarray
    landmarks: np.ndarray
    confidence: float

    @property
    def area(self) -> float:
        """Square pixels of the box."""
        return float(self.box[2] * self.box[3])

    @property
    def longer_side(self) -> float:
        """Pixels of the box's width or height, whichever is more."""
        return float(self.box[2:].max())


class FaceDetector:
    """Detects faces with mtcnn.

    A photo's faces do not depend on the photos beside it: all canvases of a batch have one size, and when a batch
    fails, its photos are searched one by one. mtcnn's stages are run here, because its `detect_faces` says the same
    of a batch that failed as of one without faces.
    """

    def __init__(self) -> None:
        self._mtcnn = MTCNN()
        # mtcnn sorts a whole batch's boxes at once, and unstably: neighbours would decide between equal scores.
        mtcnn.utils.bboxes.sort_by_scores = _stably_sorted

    def detect(self, photos: list[np.ndarray], side: int) -> list[list[Face] | Rejection]:
        """Searches photos for faces, each scaled onto a canvas.

        Args:
            photos: uint8 (height, width, 3) RGB, of any sizes.
            side: of the canvas, in pixels. Faces smaller than 20 pixels there are not found: those below a sixth
                of the photo's longer side for 160, a nineteenth for 480, which takes five times as long.

        Returns:
            For each photo its faces, or why it could not be searched.
        """
        if not photos:
            return []
        try:
            return self._search(photos, side)
        except Exception:  # whichever photo it was, it will fail alone
            return [self._search_alone(photo, side) for photo in photos]

    def _search_alone(self, photo: np.ndarray, side: int) -> list[Face] | Rejection:
        try:
            return self._search([photo], side)[0]
        except Exception as error:
            return Rejection(Reason.FAILED, f"face detection: {describe(error)}")

    def _search(self, photos: list[np.ndarray], side: int) -> list[list[Face]]:
        canvases = [_Canvas(photo, side) for photo in photos]
        pixels = np.stack([canvas.pixels for canvas in canvases])
        shapes = np.array([canvas.pixels.shape for canvas in canvases])
        found = [[] for _ in photos]
        boxes = None
        for stage in self._mtcnn.stages:
            boxes = stage(
                bboxes_batch=boxes, images_normalized=pixels, images_oshapes=shapes, threshold_onet=LOWEST_CONFIDENCE
            )
            if len(boxes) == 0:
                return found
        for index, *row in boxes:
            found[int(index)] += canvases[int(index)].faces(np.array(row))
        return found


class _Canvas:
    """A photo scaled into the middle of a grey square, its pixels from -1 to 1 as mtcnn's networks take them."""

    def __init__(self, photo: np.ndarray, side: int) -> None:
        self._height, self._width = photo.shape[:2]
        self._scale = side * (1 - 2 * BORDER) / max(self._height, self._width)
        height, width = (max(1, round(length * self._scale)) for length in (self._height, self._width))
        shrinking = self._scale < 1
        small = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
        left, top = (side - width) // 2, (side - height) // 2
        self._offset = np.array([left, top])
        self.pixels = np.zeros((side, side, 3), np.float32)
        self.pixels[top : top + height, left : left + width] = (small - np.float32(127.5)) / 128

    def faces(self, row: np.ndarray) -> list[Face]:
        """A face, if it is in the photo, from mtcnn's x1, y1, x2, y2, confidence, 5 landmark x, 5 landmark y."""
        upper_left, lower_right = ((corner - self._offset) / self._scale for corner in (row[:2], row[2:4]))
        size = np.array([self._width, self._height])
        centre = (upper_left + lower_right) / 2  # outside the photo: a face that the border feigns
        if not (np.isfinite(row).all() and (upper_left < lower_right).all() and ((centre > 0) & (centre < size)).all()):
            return []
        upper_left, lower_right = np.clip(upper_left, 0, size), np.clip(lower_right, 0, size)
        box = np.concatenate([upper_left, lower_right - upper_left])
        landmarks = (row[5:].reshape(2, 5).T - self._offset) / self._scale
        return [Face(box.astype(np.float32), landmarks.astype(np.float32), float(row[4]))]


def _stably_sorted(tensor: np.ndarray, scores: np.ndarray, ascending: bool = True) -> np.ndarray:
    order = np.argsort(scores, kind="stable")
    return tensor[order if ascending else order[::-1]]
