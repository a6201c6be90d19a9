"""Where the faces are: MTCNN's cascade, on a small copy of a photo or on all of its pixels."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from preprocessing.canvas import Canvas
from preprocessing.face import Face
from preprocessing.networks import PATCH_SIDES, Networks
from preprocessing.pyramid import SMALLEST_FACE, Pyramid
from preprocessing.suppress import suppress

PROPOSED, LOCATED = 0.6, 0.5  # probabilities: the paper's threshold, and where the last network says "no face"
TILE = 256, 256  # pixels of a mosaic that the first network sees at a time


class _Sieve(NamedTuple):
    """What passes from one network to the next.

    Args:
        in_copy: the most that proposals in one copy of the pyramid may overlap better ones.
        in_all: likewise in all copies.
        refined: likewise when the second network has moved them.
        probability: of a face, in the eyes of the second network.
    """

    in_copy: float
    in_all: float
    refined: float
    probability: float


PAPERS = _Sieve(0.5, 0.7, 0.7, 0.7)  # as in the mtcnn package
LENIENT = _Sieve(0.8, 1, 1, 0.5)  # so that no face hangs on one proposal, by a hair


class FaceDetector:
    """Detects faces on canvases of one size; for one thread.

    Args:
        side: of the canvas, in pixels. Faces smaller than 20 pixels there are not found: those below a sixth of the
            photo's longer side for 160, a nineteenth for 480, which takes several times as long.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self._pyramid = Pyramid.of_square(side)

    @cached_property
    def _cascade(self) -> "_Cascade":
        return _Cascade(self._pyramid.shape, PAPERS)

    def detect(self, photo: np.ndarray) -> list[Face]:
        """Searches a photo for faces.

        Args:
            photo: uint8 (height, width, 3) RGB, of any size.
        """
        return self._cascade.search(Canvas.small(photo, self.side), self._pyramid)


class ThoroughDetector:
    """Detects faces of any size in photos of any size, all that the mtcnn package finds; for one thread.

    The first network sees the copies of the whole photo in tiles, the others cut their patches out of the photo.
    """

    @cached_property
    def _cascade(self) -> "_Cascade":
        return _Cascade(TILE, LENIENT)

    def detect(self, photo: np.ndarray, smallest: float) -> list[Face]:
        """Searches a photo for faces.

        Args:
            photo: uint8 (height, width, 3) RGB, of any size.
            smallest: pixels of the smallest box sought; below 20 there are none.
        """
        canvas = Canvas.whole(photo)
        return self._cascade.search(canvas, Pyramid.of_picture(canvas.pixels.shape[:2], max(smallest, SMALLEST_FACE)))


class _Cascade:
    """The three networks, one after the other.

    Args:
        tile: height and width of the pictures that the first one sees, in pixels.
        sieve: `PAPERS` or `LENIENT`.
    """

    def __init__(self, tile: tuple[int, int], sieve: _Sieve) -> None:
        self._networks = Networks(tile)
        self._sieve = sieve

    def search(self, canvas: Canvas, pyramid: Pyramid) -> list[Face]:
        boxes = self._propose(canvas, pyramid)
        boxes = self._refine(canvas, boxes)
        return self._locate(canvas, boxes)

    def _propose(self, canvas: Canvas, pyramid: Pyramid) -> np.ndarray:
        """Squares, float32 (number, 4) of x1, y1, x2, y2."""
        probabilities, offsets = self._networks.propose(pyramid.mosaic(canvas.pixels))
        rows, columns = np.nonzero(probabilities > PROPOSED)
        level, boxes = pyramid.boxes(rows, columns, offsets[rows, columns])
        scores = probabilities[rows, columns][level >= 0]
        level, boxes = level[level >= 0], boxes[level >= 0]
        kept = suppress(boxes, scores, self._sieve.in_copy, groups=level)
        kept = kept[suppress(boxes[kept], scores[kept], self._sieve.in_all)]
        return _squares(boxes[kept])

    def _refine(self, canvas: Canvas, boxes: np.ndarray) -> np.ndarray:
        if not len(boxes):
            return boxes
        scores, offsets = self._networks.refine(canvas.patches(boxes, PATCH_SIDES["rnet"]))
        sure = scores > self._sieve.probability
        boxes = _moved(boxes, offsets)[sure]
        return _squares(boxes[suppress(boxes, scores[sure], self._sieve.refined)])

    def _locate(self, canvas: Canvas, boxes: np.ndarray) -> list[Face]:
        if not len(boxes):
            return []
        scores, offsets, landmarks = self._networks.locate(canvas.patches(boxes, PATCH_SIDES["onet"]))
        landmarks = boxes[:, np.newaxis, :2] - 1 + landmarks * _sizes(boxes)[:, np.newaxis]
        sure = scores > LOCATED
        boxes, scores, landmarks = _moved(boxes, offsets)[sure], scores[sure], landmarks[sure]
        kept = suppress(boxes, scores, 0.7, of_smaller=True)
        return [face for index in kept for face in canvas.faces(boxes[index], landmarks[index], scores[index])]


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
