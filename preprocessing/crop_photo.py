"""One photo: read, search, judge, cut out."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from preprocessing.align import aligned_square, crop_aligned
from preprocessing.config import CropConfig
from preprocessing.crop import crop_square
from preprocessing.detect import Face, FaceDetector
from preprocessing.duplicates import perceptual_hash
from preprocessing.find_photos import PhotoFile
from preprocessing.judge import Judge
from preprocessing.quality import sharpness, yaw
from preprocessing.read_photo import Photo, read_photo
from preprocessing.rejects import Reason, Rejection, describe
from preprocessing.videos import read_frame

COARSE, FINE = 160, 480  # canvas sides for detection, in pixels
ENOUGH = 4  # crop sides of the photo's longer side, for a face of a third of it
THUMBNAIL = 96  # pixels


@dataclass(frozen=True)
class Crop:
    """A face cut out of a photo.

    Args:
        face: where it was.
        pixels: uint8 (size, size, 3) RGB.
        sharpness: of the pixels.
        yaw: of the head, in degrees.
        hash: perceptual, uint64 (4,).
    """

    face: Face
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
    """Makes crops of photos; for one thread.

    Args:
        config: every option.
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

    def crop(self, file: PhotoFile) -> list[Crop] | Refusal:
        """The faces of a photo, at least one, largest first; or why there is none.

        Args:
            file: the photo. Whatever it holds, this raises nothing.
        """
        photo = _read(file, max(ENOUGH * self.config.size, FINE))
        if isinstance(photo, Rejection):
            return Refusal(photo, None)
        try:
            found = self._find(photo, file.landmarks)
            chosen = self.judge.choose(found)
            if isinstance(chosen, Rejection):
                return Refusal(chosen, _thumbnail(photo.pixels))
            photo = self._with_enough_pixels(file, photo, chosen)
            return self._cut_out(photo, chosen)
        except Exception as error:
            return Refusal(Rejection(Reason.FAILED, describe(error)), _thumbnail(photo.pixels))

    def _find(self, photo: Photo, landmarks: np.ndarray | None) -> list[Face]:
        """Its faces, in pixels of the whole photo: a quick search for large ones; where none is good, a finer one."""
        if landmarks is not None:
            return [_marked(landmarks)]
        found = []
        for detector in (self._coarse, self._fine) if self.config.faces == "largest" else (self._fine,):
            found += [_scaled(face, photo.reduction) for face in detector.detect(photo.pixels)]
            if self.judge.good(found):
                break
        return found

    def _with_enough_pixels(self, file: PhotoFile, photo: Photo, faces: list[Face]) -> Photo:
        """The photo, read anew if it was reduced and a face is smaller there than its crop."""
        smallest = min(face.longer_side for face in faces) * (1 + self.config.margin)
        if photo.whole or smallest / photo.reduction.max() >= self.config.size:
            return photo
        again = _read(file, None)
        return photo if isinstance(again, Rejection) else again

    def _cut_out(self, photo: Photo, faces: list[Face]) -> list[Crop] | Refusal:
        crops, refused = [], []
        for face in faces:
            here = _scaled(face, 1 / photo.reduction)
            if self.config.align:
                pixels = crop_aligned(photo.pixels, here.landmarks, self.config.margin, self.config.size)
            else:
                pixels = crop_square(photo.pixels, here.box, self.config.margin, self.config.size)
            rejection = self.judge.look(face, pixels)
            if rejection:
                refused.append(Refusal(rejection, _thumbnail(pixels)))
            else:
                crops.append(Crop(face, pixels, sharpness(pixels), yaw(face.landmarks), perceptual_hash(pixels)))
        return crops or refused[0]


def _read(file: PhotoFile, enough: int | None) -> Photo | Rejection:
    if file.second is None:
        return read_photo(file.path, enough)
    frame = read_frame(file.path, file.second)
    return frame if isinstance(frame, Rejection) else Photo(frame, np.ones(2, np.float32))


def _marked(landmarks: np.ndarray) -> Face:
    """A face that somebody has marked, in a box as the detector would give it."""
    square = aligned_square(landmarks, margin=0)
    box = np.concatenate([square.centre - square.side / 2, [square.side, square.side]])
    return Face(box.astype(np.float32), landmarks, 1.0)


def _scaled(face: Face, factors: np.ndarray) -> Face:
    """A face in a photo that is so many times as wide and high."""
    return replace(face, box=face.box * np.tile(factors, 2), landmarks=face.landmarks * factors)


def _thumbnail(pixels: np.ndarray) -> np.ndarray:
    factor = THUMBNAIL / max(pixels.shape[:2])
    size = [max(1, round(length * factor)) for length in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
