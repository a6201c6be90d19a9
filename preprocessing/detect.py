"""Where the faces are: MTCNN's cascade on a small copy of one photo."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from preprocessing.networks import PATCH_SIDES, Networks

BORDER = 0.1  # of the canvas side: the box of a face that fills its photo reaches beyond it
CELL, STRIDE = 12, 2  # pixels: of the boxes that the first network judges
# The paper's pyramid and thresholds, as in the mtcnn package; the last one is where it says "no face".
SMALLEST_FACE, SHRINKING = 20, 0.709
PROPOSED, REFINED, LOCATED = 0.6, 0.7, 0.5


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


class FaceDetector:
    """Detects faces on canvases of one size; for one thread.

    Args:
        side: of the canvas, in pixels. Faces smaller than 20 pixels there are not found: those below a sixth of the
            photo's longer side for 160, a nineteenth for 480, which takes several times as long.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self._pyramid = _Pyramid(side)

    @cached_property
    def _networks(self) -> Networks:
        return Networks(self._pyramid.shape)

    def detect(self, photo: np.ndarray) -> list[Face]:
        """Searches a photo for faces.

        Args:
            photo: uint8 (height, width, 3) RGB, of any size.
        """
        canvas = _Canvas(photo, self.side)
        boxes = self._propose(canvas)
        boxes = self._refine(canvas, boxes)
        return self._locate(canvas, boxes)

    def _propose(self, canvas: "_Canvas") -> np.ndarray:
        """Squares, float32 (number, 4) of x1, y1, x2, y2."""
        probabilities, offsets = self._networks.propose(_normalized(self._pyramid.mosaic(canvas.pixels)))
        rows, columns = np.nonzero(probabilities > PROPOSED)
        level, boxes = self._pyramid.boxes(rows, columns, offsets[rows, columns])
        scores = probabilities[rows, columns][level >= 0]
        level, boxes = level[level >= 0], boxes[level >= 0]
        kept = _suppress(boxes, scores, 0.5, groups=level)
        kept = kept[_suppress(boxes[kept], scores[kept], 0.7)]
        return _squares(boxes[kept])

    def _refine(self, canvas: "_Canvas", boxes: np.ndarray) -> np.ndarray:
        if not len(boxes):
            return boxes
        scores, offsets = self._networks.refine(canvas.patches(boxes, PATCH_SIDES["rnet"]))
        sure = scores > REFINED
        boxes = _moved(boxes, offsets)[sure]
        return _squares(boxes[_suppress(boxes, scores[sure], 0.7)])

    def _locate(self, canvas: "_Canvas", boxes: np.ndarray) -> list[Face]:
        if not len(boxes):
            return []
        scores, offsets, landmarks = self._networks.locate(canvas.patches(boxes, PATCH_SIDES["onet"]))
        landmarks = boxes[:, np.newaxis, :2] - 1 + landmarks * _sizes(boxes)[:, np.newaxis]
        sure = scores > LOCATED
        boxes, scores, landmarks = _moved(boxes, offsets)[sure], scores[sure], landmarks[sure]
        kept = _suppress(boxes, scores, 0.7, of_smaller=True)
        return [face for index in kept for face in canvas.faces(boxes[index], landmarks[index], scores[index])]


class _Canvas:
    """A photo scaled into the middle of a grey square."""

    def __init__(self, photo: np.ndarray, side: int) -> None:
        self._height, self._width = photo.shape[:2]
        self._scale = side * (1 - 2 * BORDER) / max(self._height, self._width)
        height, width = (max(1, round(length * self._scale)) for length in (self._height, self._width))
        shrinking = self._scale < 1
        small = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
        left, top = (side - width) // 2, (side - height) // 2
        self._offset = np.array([left, top], np.float32)
        self.pixels = np.full((side, side, 3), 128, np.uint8)
        self.pixels[top : top + height, left : left + width] = small

    def patches(self, boxes: np.ndarray, side: int) -> np.ndarray:
        """Cuts squares out and scales them, float32 (number, side, side, 3) of pixels from -1 to 1."""
        at = np.linspace(0, 1, side, dtype=np.float32)
        columns, rows = (boxes[:, [first]] + (boxes[:, [first + 2]] - boxes[:, [first]]) * at for first in (0, 1))
        shape = (len(boxes), side, side)
        columns = np.broadcast_to(columns[:, np.newaxis, :], shape).reshape(-1, side)
        rows = np.broadcast_to(rows[:, :, np.newaxis], shape).reshape(-1, side)
        patches = cv2.remap(self.pixels, columns, rows, cv2.INTER_LINEAR, borderValue=(128, 128, 128))
        return _normalized(patches).reshape(*shape, 3)

    def faces(self, corners: np.ndarray, landmarks: np.ndarray, confidence: float) -> list[Face]:
        """A face, if it is in the photo."""
        upper_left, lower_right = ((corner - self._offset) / self._scale for corner in (corners[:2], corners[2:]))
        size = np.array([self._width, self._height], np.float32)
        centre = (upper_left + lower_right) / 2  # outside the photo: a face that the border feigns
        finite = np.isfinite(corners).all() and np.isfinite(landmarks).all()
        if not (finite and (upper_left < lower_right).all() and ((centre > 0) & (centre < size)).all()):
            return []
        upper_left, lower_right = np.clip(upper_left, 0, size), np.clip(lower_right, 0, size)
        box = np.concatenate([upper_left, lower_right - upper_left])
        return [Face(box, (landmarks - self._offset) / self._scale, float(confidence))]


class _Pyramid:
    """Copies of a canvas, each 0.709 times as large as the one before, side by side in one mosaic.

    The first network judges them all in one pass. Copies lie at even places, where its cells are.

    Args:
        side: of the canvas, in pixels.
    """

    def __init__(self, side: int) -> None:
        largest = side * CELL / SMALLEST_FACE
        number = int(np.log(CELL / largest) / np.log(SHRINKING)) + 1
        self._sides = [int(largest * SHRINKING**level) for level in range(number)]
        self._scales = np.array(self._sides, np.float32) / side
        self._places, self.shape = _columns(self._sides)
        self._levels = np.full([length // STRIDE for length in self.shape], -1)
        for level, ((top, left), copy) in enumerate(zip(self._places, self._sides, strict=True)):
            cells = (copy - CELL) // STRIDE + 1
            self._levels[top // STRIDE :, left // STRIDE :][:cells, :cells] = level

    def mosaic(self, canvas: np.ndarray) -> np.ndarray:
        """uint8 (height, width, 3)."""
        mosaic = np.full((*self.shape, 3), 128, np.uint8)
        for (top, left), side in zip(self._places, self._sides, strict=True):
            copy = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
            mosaic[top : top + side, left : left + side] = copy
        return mosaic

    def boxes(self, rows: np.ndarray, columns: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The copy in which each cell lies, -1 for none; and its box on the canvas, float32 (number, 4)."""
        level = self._levels[rows, columns]
        places = np.array(self._places)[level][:, ::-1]
        corner = STRIDE * np.stack([columns, rows], axis=1) - places
        boxes = np.concatenate([corner + 1, corner + CELL], axis=1) + (CELL - 1) * offsets
        return level, (boxes / self._scales[level, np.newaxis]).astype(np.float32)


def _columns(sides: list[int]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Packs squares, the largest first, into columns as high as the first: the top and left of each; height, width."""
    height = _even(sides[0])
    columns: list[list[int]] = []  # left, width, and where the next square begins
    places = []
    for side in sides:
        column = next((each for each in columns if each[2] + side <= height), None)
        if column is None:
            left = columns[-1][0] + columns[-1][1] if columns else 0
            column = [left, _even(side), 0]
            columns.append(column)
        places.append((column[2], column[0]))
        column[2] += _even(side)
    return places, (height, columns[-1][0] + columns[-1][1])


def _even(length: int) -> int:
    return length + length % 2


def _normalized(pixels: np.ndarray) -> np.ndarray:
    return (pixels - np.float32(127.5)) / np.float32(128)


def _sizes(boxes: np.ndarray) -> np.ndarray:
    """Width and height, (number, 2): of corners, both of which belong to the box."""
    return boxes[:, 2:] - boxes[:, :2] + 1


def _moved(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return boxes + offsets * np.tile(_sizes(boxes), 2)


def _squares(boxes: np.ndarray) -> np.ndarray:
    """About the same centres, as large as the longer sides."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)


def _suppress(
    boxes: np.ndarray, scores: np.ndarray, overlap: float, groups: np.ndarray | None = None, of_smaller: bool = False
) -> np.ndarray:
    """Drops boxes that overlap better ones, kept or not, as the mtcnn package does.

    Args:
        boxes: (number, 4) of x1, y1, x2, y2.
        scores: (number,).
        overlap: the most that boxes may share, as part of their union.
        groups: (number,); boxes of different groups leave each other alone.
        of_smaller: measure the overlap as part of the smaller box.

    Returns:
        Indices of the boxes kept, the best first.
    """
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    corners = np.maximum(boxes[:, np.newaxis, :2], boxes[:, :2]), np.minimum(boxes[:, np.newaxis, 2:], boxes[:, 2:])
    shared = np.maximum(corners[1] - corners[0], 0).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    smaller = np.minimum(areas[:, np.newaxis], areas)
    whole = smaller if of_smaller else areas[:, np.newaxis] + areas - shared
    suppressed = np.triu(shared > overlap * whole, k=1)
    if groups is not None:
        suppressed &= groups[order][:, np.newaxis] == groups[order]
    return order[~suppressed.any(axis=0)]
