"""One photo: read, search, judge, cut out."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from preprocessing.align import crop_aligned
from preprocessing.config import CropConfig
from preprocessing.crop import crop_square
from preprocessing.detect import FaceDetector, ThoroughDetector
from preprocessing.duplicates import perceptual_hash
from preprocessing.face import Face
from preprocessing.face_measures import sharpness, yaw
from preprocessing.find_photos import PhotoFile
from preprocessing.judge import Judge
from preprocessing.margin import MOST
from preprocessing.read_photo import Photo, read_extent, read_photo
from preprocessing.rejects import Reason, Rejection, describe
from preprocessing.square import Square, aligned_square, box_square, part_outside
from preprocessing.videos import read_frame

COARSE, FINE = 160, 480  # canvas sides for detection, in pixels
TOLD = 1 / 19  # of the longer side: faces as large are found even if they are too small to be kept
ENOUGH = 2  # photo pixels across an output pixel
THUMBNAIL = 96  # pixels


@dataclass(frozen=True)
class Found:
    """A photo's faces, before any is chosen.

    Args:
        faces: those that are sure, at least one, largest first, in pixels of the whole photo.
        squares: of each, without a margin.
        extent: the whole photo's width and height.
    """

    faces: list[Face]
    squares: list[Square]
    extent: tuple[int, int]


@dataclass(frozen=True)
class Crop:
    """A face cut out of a photo.

    Args:
        face: where it was.
        outside: the part of its square outside the photo.
        side: of its square, in photo pixels.
        pixels: uint8 (size, size, 3) RGB.
        sharpness: of the pixels.
        yaw: of the head, in degrees.
        hash: perceptual, uint64 (4,).
    """

    face: Face
    outside: float
    side: float
    pixels: np.ndarray
    sharpness: float
    yaw: float
    hash: np.ndarray


@dataclass(frozen=True)
class Refusal:
    """A photo that gives no face.

    Args:
        rejection: why.
        thumbnail: uint8 (height, width, 3) of the photo or of the face refused, at most 96 pixels wide and high; None
            if nothing could be read.
    """

    rejection: Rejection
    thumbnail: np.ndarray | None


class PhotoCropper:
    """Makes crops of photos; for one thread. Whatever a photo holds, nothing is raised.

    Args:
        config: every option; `cut` and `crop` need a margin that is a number.
    """

    def __init__(self, config: CropConfig) -> None:
        self.config = config
        self.judge = Judge(config)

    @cached_property
    def _coarse(self) -> FaceDetector:
        return FaceDetector(COARSE)

    @cached_property
    def _fine(self) -> FaceDetector:
        return FaceDetector(FINE)

    @cached_property
    def _thorough(self) -> ThoroughDetector:
        return ThoroughDetector()

    def find(self, file: PhotoFile) -> Found | Refusal:
        """The faces of a photo, or why there is none.

        Args:
            file: the photo.
        """
        return self._find(file)[0]

    def cut(self, file: PhotoFile, found: Found) -> list[Crop] | Refusal:
        """The crops of faces that were found, at least one, largest first; or why there is none.

        Args:
            file: the photo.
            found: its faces.
        """
        return self._cut(file, found, None)

    def crop(self, file: PhotoFile) -> list[Crop] | Refusal:
        """What `find` and `cut` do, one after the other; where it makes no difference, the photo is read once.

        Args:
            file: the photo.
        """
        found, photo = self._find(file)
        return found if isinstance(found, Refusal) else self._cut(file, found, photo)

    def found(self, faces: list[Face], extent: tuple[int, int]) -> Found:
        """Faces with their squares.

        Args:
            faces: of a photo.
            extent: its width and height.

        Raises:
            ValueError: of landmarks that show no face.
        """
        aligned = self.config.align
        squares = [aligned_square(face.landmarks, 0) if aligned else box_square(face.box) for face in faces]
        return Found(faces, squares, extent)

    def _find(self, file: PhotoFile) -> tuple[Found | Refusal, Photo | None]:
        """The faces, and the photo as far as it was read."""
        photo, found = None, []
        try:
            if file.landmarks is not None:
                extent = read_extent(file.path)
                if isinstance(extent, Rejection):
                    return Refusal(extent, None), None
                return self.found([_marked(file.landmarks)], extent), None
            for enough, detect in self._searches():
                if photo is None or photo.is_scalable:
                    photo = _read(file, enough)
                    if isinstance(photo, Rejection):
                        return Refusal(photo, None), None
                found += [_scaled(face, photo.reduction) for face in detect(photo)]
                sure = self.judge.sure(found)
                if not isinstance(sure, Rejection):
                    return self.found(sure, photo.extent), photo
            return Refusal(sure, _thumbnail(photo)), photo
        except Exception as error:
            return Refusal(Rejection(Reason.FAILED, describe(error)), _thumbnail(photo)), photo

    def _searches(self) -> Iterator[tuple[int | None, Callable[[Photo], list[Face]]]]:
        """How much of the photo to read and how to search it, one way after the other until a face is sure.

        For one face, a quick search for large ones, of few pixels, then a finer one; for more, a thorough one.
        """
        if self.config.faces == "largest":
            yield COARSE, lambda photo: self._coarse.detect(photo.pixels)
            yield FINE, lambda photo: self._fine.detect(photo.pixels)
        else:
            yield None, lambda photo: self._thorough.detect(photo.pixels, self._smallest_box(photo))

    def _smallest_box(self, photo: Photo) -> float:
        """In pixels in memory: half of what `min_face` asks for, since a face's square may be larger than its box.

        Those of a photo's larger faces that are too small to be kept are sought, too: the user should know of them.
        """
        margin = MOST if self.config.margin == "auto" else self.config.margin
        asked = self.config.smallest_side / (1 + margin) / 2
        return min(asked / float(photo.reduction.max()), max(photo.pixels.shape) * TOLD)

    def _cut(self, file: PhotoFile, found: Found, photo: Photo | None) -> list[Crop] | Refusal:
        try:
            squares = [square.grown(self.config.margin) for square in found.squares]
            sides = np.array([square.side for square in squares])
            chosen = np.flatnonzero(self.judge.chosen(sides, np.zeros(len(sides), int)))
            if photo is None or photo.is_scalable:
                enough = max(found.extent) * ENOUGH * self.config.size / sides[chosen].min(initial=np.inf)
                photo = _read(file, max(math.ceil(enough), THUMBNAIL))
                if isinstance(photo, Rejection):
                    return Refusal(photo, None)
            if not len(chosen):
                return Refusal(self.judge.why_none(sides), _thumbnail(photo))
            return self._crops(photo, [(found.faces[index], squares[index]) for index in chosen])
        except Exception as error:
            return Refusal(Rejection(Reason.FAILED, describe(error)), _thumbnail(photo))

    def _crops(self, photo: Photo, faces: list[tuple[Face, Square]]) -> list[Crop] | Refusal:
        cut = crop_aligned if self.config.align else crop_square
        crops, refused = [], []
        for face, square in faces:
            here = _scaled(face, 1 / photo.reduction)
            where = here.landmarks if self.config.align else here.box
            pixels = cut(photo.pixels, where, self.config.margin, self.config.size)
            outside = part_outside(square, photo.extent)
            rejection = self.judge.look(face, outside, pixels)
            if rejection:
                refused.append(Refusal(rejection, _shrunk(pixels)))
            else:
                measures = sharpness(pixels), yaw(face.landmarks), perceptual_hash(pixels)
                crops.append(Crop(face, outside, square.side, pixels, *measures))
        return crops or refused[0]


def _read(file: PhotoFile, enough: int) -> Photo | Rejection:
    if file.second is None:
        return read_photo(file.path, enough)
    frame = read_frame(file.path, file.second)
    return frame if isinstance(frame, Rejection) else Photo(frame, frame.shape[1::-1])


def _marked(landmarks: np.ndarray) -> Face:
    """A face that somebody has marked, in a box as the detector would give it."""
    square = aligned_square(landmarks, margin=0)
    box = np.concatenate([square.centre - square.side / 2, [square.side, square.side]])
    return Face(box.astype(np.float32), landmarks, 1.0)


def _scaled(face: Face, factors: np.ndarray) -> Face:
    """A face in a photo that is so many times as wide and high."""
    return replace(face, box=face.box * np.tile(factors, 2), landmarks=face.landmarks * factors)


def _thumbnail(photo: Photo | None) -> np.ndarray | None:
    return None if photo is None else _shrunk(photo.pixels)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    factor = THUMBNAIL / max(pixels.shape[:2])
    size = [max(1, round(length * factor)) for length in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
