"""A chunk of photos: what is computed, kept and counted as one piece."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.lib.npyio import NpzFile

from preprocessing.config import CropConfig
from preprocessing.crop_photo import THUMBNAIL, Crop, PhotoCropper, Refusal
from preprocessing.duplicates import HASH_SIDE
from preprocessing.find_photos import PhotoFile

CHUNK_SIZE = 32  # photos
HASH_WORDS = HASH_SIDE**2 // 64

_of_this_thread = threading.local()


@dataclass(frozen=True)
class Chunk:
    """What a chunk's photos gave, as arrays.

    Args:
        faces: by name, an array with a row for each face: `images`, `sources`, `boxes`, `landmarks`, `confidence`,
            `sharpness`, `yaw`, `hashes`.
        refusals: likewise for each photo without a face: `sources`, `reasons`, `details`, `thumbnails` uint8
            (number, 96, 96, 3), empty where `seen` is False.
    """

    faces: dict[str, np.ndarray]
    refusals: dict[str, np.ndarray]

    @classmethod
    def of(cls, photos: Sequence[PhotoFile], cropper: PhotoCropper) -> Self:
        """Computes a chunk.

        Args:
            photos: of the chunk, in order.
            cropper: makes the crops.
        """
        outcomes = [(photo.source, cropper.crop(photo)) for photo in photos]
        crops = [(source, crop) for source, found in outcomes if isinstance(found, list) for crop in found]
        refusals = [(source, refusal) for source, refusal in outcomes if isinstance(refusal, Refusal)]
        return cls(_faces(crops, cropper.config.size), _refusals(refusals))

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


def compute(photos: Sequence[PhotoFile], config: CropConfig) -> bytes:
    """Computes a chunk in a process or thread of its own.

    Args:
        photos: of the chunk, in order.
        config: every option.

    Returns:
        The chunk as an .npz file.
    """
    return Chunk.of(photos, _cropper(config)).to_bytes()


def _cropper(config: CropConfig) -> PhotoCropper:
    """This thread's, made once."""
    if getattr(_of_this_thread, "config", None) != config:
        _of_this_thread.cropper = PhotoCropper(config)
        _of_this_thread.config = config
    return _of_this_thread.cropper


def _faces(crops: list[tuple[str, Crop]], size: int) -> dict[str, np.ndarray]:
    number = len(crops)
    faces = [crop.face for _, crop in crops]
    return {
        "images": np.array([crop.pixels for _, crop in crops], np.uint8).reshape(number, size, size, 3),
        "sources": np.array([source for source, _ in crops], np.str_),
        "boxes": np.array([face.box for face in faces], np.float32).reshape(number, 4),
        "landmarks": np.array([face.landmarks for face in faces], np.float32).reshape(number, 5, 2),
        "confidence": np.array([face.confidence for face in faces], np.float32),
        "sharpness": np.array([crop.sharpness for _, crop in crops], np.float32),
        "yaw": np.array([crop.yaw for _, crop in crops], np.float32),
        "hashes": np.array([crop.hash for _, crop in crops], np.uint64).reshape(number, HASH_WORDS),
    }


def _refusals(refusals: list[tuple[str, Refusal]]) -> dict[str, np.ndarray]:
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
