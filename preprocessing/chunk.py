"""A chunk of photos: what is computed, kept and counted as one piece."""

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

import numpy as np
from numpy.lib.npyio import NpzFile

from preprocessing.config import CropConfig
from preprocessing.crop_photo import THUMBNAIL, Crop, Found, PhotoCropper, Refusal
from preprocessing.duplicates import HASH_SIDE
from preprocessing.face import Face
from preprocessing.find_photos import PhotoFile
from preprocessing.margin import room

CHUNK_SIZE = 32  # photos
HASH_WORDS = HASH_SIDE**2 // 64

_of_this_thread = threading.local()


@dataclass(frozen=True)
class Chunk:
    """What a chunk's photos gave, as arrays.

    Args:
        faces: by name, an array with a row for each face: `sources`, `boxes`, `landmarks`, `confidence`, and what is
            known of faces that were found or of crops.
        refusals: likewise for each photo without a face: `sources`, `reasons`, `details`, `thumbnails` uint8
            (number, 96, 96, 3), empty where `seen` is False.
    """

    faces: dict[str, np.ndarray]
    refusals: dict[str, np.ndarray]

    def to_bytes(self) -> bytes:
        """As an .npz file."""
        buffer = io.BytesIO()
        faces = {f"faces/{name}": array for name, array in self.faces.items()}
        refusals = {f"refusals/{name}": array for name, array in self.refusals.items()}
        np.savez(buffer, **faces, **refusals)
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, archive: NpzFile, *, without: Sequence[str] = ()) -> Self:
        """Reads a chunk.

        Args:
            archive: from `np.load`.
            without: the names of arrays to leave out.
        """
        groups = {"faces": {}, "refusals": {}}
        for name in archive.files:
            group, array = name.split("/")
            if array not in without:
                groups[group][array] = archive[name]
        return cls(**groups)


def find_faces(photos: Sequence[PhotoFile], config: CropConfig) -> bytes:
    """Searches a chunk's photos, in a process or thread of its own.

    Args:
        photos: of the chunk, in order.
        config: every option.

    Returns:
        The chunk as an .npz file. Of each sure face it has, beside what every chunk has, `extents` int32 (number, 2),
        width and height of its photo; `sides`, of its square at margin 0 in photo pixels; and `rooms`, the largest
        margin that leaves 95 % of the square in the photo.
    """
    cropper = _cropper(config)
    outcomes = [(photo.source, cropper.find(photo)) for photo in photos]
    found = [(source, each) for source, each in outcomes if isinstance(each, Found)]
    return Chunk(_found(found, config.align), _refusals(outcomes)).to_bytes()


def cut_faces(photos: Sequence[PhotoFile], config: CropConfig, found: Chunk) -> bytes:
    """Cuts out the faces that were found in a chunk's photos.

    Args:
        photos: of the chunk, in order.
        config: every option, its margin a number.
        found: from `find_faces`.

    Returns:
        As `crop_faces`.
    """
    cropper = _cropper(config)
    photo_of = {photo.source: photo for photo in photos}
    outcomes = [(source, cropper.cut(photo_of[source], each)) for source, each in _by_source(found.faces, cropper)]
    refusals = joined([found.refusals, _refusals(outcomes)])
    return Chunk(_crops(outcomes, config.size), refusals).to_bytes()


def crop_faces(photos: Sequence[PhotoFile], config: CropConfig) -> bytes:
    """Finds and cuts out the faces of a chunk's photos.

    Args:
        photos: of the chunk, in order.
        config: every option, its margin a number.

    Returns:
        The chunk as an .npz file. Of each face it has, beside what every chunk has, `images`, `outside`, `sides`,
        `sharpness`, `yaw` and `hashes`.
    """
    cropper = _cropper(config)
    outcomes = [(photo.source, cropper.crop(photo)) for photo in photos]
    return Chunk(_crops(outcomes, config.size), _refusals(outcomes)).to_bytes()


def joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Faces or refusals of several chunks, one after the other.

    Args:
        parts: at least one.
    """
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _cropper(config: CropConfig) -> PhotoCropper:
    """This thread's, made once."""
    if getattr(_of_this_thread, "config", None) != config:
        _of_this_thread.cropper = PhotoCropper(config)
        _of_this_thread.config = config
    return _of_this_thread.cropper


def _found(found: list[tuple[str, Found]], align: bool) -> dict[str, np.ndarray]:
    faces = [(source, face) for source, each in found for face in each.faces]
    extents = [each.extent for _, each in found for _ in each.faces]
    squares = [square for _, each in found for square in each.squares]
    rooms = [room(square, extent, align) for square, extent in zip(squares, extents, strict=True)]
    return _faces(faces) | {
        "extents": np.array(extents, np.int32).reshape(-1, 2),
        "sides": np.array([square.side for square in squares]),
        "rooms": np.array(rooms),
    }


def _crops(outcomes: list[tuple[str, list[Crop] | Refusal]], size: int) -> dict[str, np.ndarray]:
    found = [(source, crop) for source, crops in outcomes if isinstance(crops, list) for crop in crops]
    crops = [crop for _, crop in found]
    return _faces([(source, crop.face) for source, crop in found]) | {
        "images": np.array([crop.pixels for crop in crops], np.uint8).reshape(-1, size, size, 3),
        "outside": np.array([crop.outside for crop in crops], np.float32),
        "sides": np.array([crop.side for crop in crops], np.float32),
        "sharpness": np.array([crop.sharpness for crop in crops], np.float32),
        "yaw": np.array([crop.yaw for crop in crops], np.float32),
        "hashes": np.array([crop.hash for crop in crops], np.uint64).reshape(-1, HASH_WORDS),
    }


def _faces(faces: list[tuple[str, Face]]) -> dict[str, np.ndarray]:
    return {
        "sources": np.array([source for source, _ in faces], np.str_),
        "boxes": np.array([face.box for _, face in faces], np.float32).reshape(-1, 4),
        "landmarks": np.array([face.landmarks for _, face in faces], np.float32).reshape(-1, 5, 2),
        "confidence": np.array([face.confidence for _, face in faces], np.float32),
    }


def _by_source(faces: dict[str, np.ndarray], cropper: PhotoCropper) -> Iterator[tuple[str, Found]]:
    """What `_found` was given."""
    rows = zip(*(faces[name] for name in ("sources", "extents", "boxes", "landmarks", "confidence")), strict=True)
    for source, its_rows in groupby(rows, key=lambda row: row[0]):
        extents, *parts = list(zip(*its_rows, strict=True))[1:]
        its_faces = [Face(box, landmarks, float(confidence)) for box, landmarks, confidence in zip(*parts, strict=True)]
        yield str(source), cropper.found(its_faces, tuple(extents[0].tolist()))


def _refusals(outcomes: list[tuple[str, object]]) -> dict[str, np.ndarray]:
    refusals = [(source, refusal) for source, refusal in outcomes if isinstance(refusal, Refusal)]
    thumbnails = np.full((len(refusals), THUMBNAIL, THUMBNAIL, 3), 255, np.uint8)
    for canvas, (_, refusal) in zip(thumbnails, refusals, strict=True):
        if refusal.thumbnail is not None:
            height, width = refusal.thumbnail.shape[:2]
            top, left = (THUMBNAIL - height) // 2, (THUMBNAIL - width) // 2
            canvas[top : top + height, left : left + width] = refusal.thumbnail
    return {
        "sources": np.array([source for source, _ in refusals], np.str_),
        "reasons": np.array([refusal.rejection.reason for _, refusal in refusals], np.str_),
        "details": np.array([refusal.rejection.detail for _, refusal in refusals], np.str_),
        "thumbnails": thumbnails,
        "seen": np.array([refusal.thumbnail is not None for _, refusal in refusals], bool),
    }
