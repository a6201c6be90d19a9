"""Decoding: any file of `FORMATS` becomes upright 8-bit RGB pixels, no more of them than are needed."""

import math
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError, features

from pgkeras.data.sources.decode import JPEGS, LARGEST_JPEG, check_range, eight_bits, most_pixels
from preprocessing.rejects import Reason, Rejection, describe

try:
    from pillow_heif import register_heif_opener
except ImportError:
    register_heif_opener = None

SMALLEST_SIDE = 20  # pixels; no smaller face can be detected
MOST_PIXELS = 32_000_000  # of a photo in memory; larger ones are halved
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
if features.check("avif"):
    FORMATS += ("AVIF",)
if register_heif_opener:
    register_heif_opener()
    FORMATS += ("HEIF",)

HEIF_SUFFIXES = frozenset({".heic", ".heif", ".hif"})
# Not opened: many would pass for a TIFF, with a thumbnail for the photo.
RAW_SUFFIXES = frozenset(
    {".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".srf", ".raf", ".rw2", ".orf", ".pef", ".srw"}
)
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif"}
)
SUFFIXES |= HEIF_SUFFIXES | RAW_SUFFIXES

REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK")  # Pillow's modes

ORIENTATION_TAG = 0x0112
ON_THEIR_SIDE = (5, 6, 7, 8)
TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = LARGEST_JPEG  # beyond it Pillow warns, and beyond twice as many it refuses

# Decoders may need several times a photo's size: huge ones are decoded one at a time.
_one_huge_photo = threading.Lock()
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Photo:
    """A photo in memory.

    Args:
        pixels: uint8 (height, width, 3) RGB, upright.
        extent: width and height in the file, upright.
        is_scalable: whether fewer of its pixels are decoded in less time.
    """

    pixels: np.ndarray
    extent: tuple[int, int]
    is_scalable: bool = False

    @property
    def reduction(self) -> np.ndarray:
        """Width and height in the file by those in memory, float32 (2,); ones if it is whole."""
        return np.array(self.extent, np.float32) / np.array(self.pixels.shape[1::-1], np.float32)


def read_photo(path: Path, enough: int | None = None) -> Photo | Rejection:
    """Reads a photo as the eye should see it.

    EXIF orientation and colour profiles are applied; grey, palette and CMYK become RGB; of 16 bits the upper 8 are
    kept; what is transparent shows a white background; of an animation the first frame is read.

    Args:
        path: the file; its contents, not its suffix, tell the format.
        enough: pixels of the longer side that suffice: a JPEG with twice as many or more is decoded at a half, a
            quarter or an eighth, which is faster; None for all pixels (of up to `MOST_PIXELS`).

    Returns:
        The photo, or why there is none: the file is not a whole image of `FORMATS` with 8 or 16 bits, is too large or
        too small.
    """
    return _opened(path, lambda image: _decode(image, enough))


def read_extent(path: Path) -> tuple[int, int] | Rejection:
    """Reads how large a photo is, without its pixels.

    Args:
        path: the file.

    Returns:
        Width and height, upright, or why there is no photo; what is broken behind its header is not seen.
    """
    return _opened(path, _extent)


def _opened(path: Path, read: Callable[[Image.Image], _Read]) -> _Read | Rejection:
    """What is read from a photo whose header is in order."""
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return Rejection(Reason.UNREADABLE, "no file, or not a regular one")
        if path.suffix.lower() in RAW_SUFFIXES:
            return Rejection(Reason.UNREADABLE, "a camera's raw data; convert it to JPEG")
        with Image.open(path, formats=FORMATS) as image:
            check_range(image)
            size = image.size
            if min(size) < SMALLEST_SIDE:
                return Rejection(Reason.TOO_SMALL, f"{size[0]}x{size[1]} pixels; both sides must have {SMALLEST_SIDE}")
            largest = most_pixels(image)
            if size[0] * size[1] > largest:
                return Rejection(Reason.TOO_LARGE, f"{size[0]}x{size[1]} pixels; at most {largest:,} are read")
            with _one_huge_photo if size[0] * size[1] > MOST_PIXELS else nullcontext():
                return read(image)
    except Image.DecompressionBombError as error:
        return Rejection(Reason.TOO_LARGE, str(error))
    except UnidentifiedImageError:
        if path.suffix.lower() in HEIF_SUFFIXES and not register_heif_opener:
            return Rejection(
                Reason.UNREADABLE, "HEIC needs another package: pip install pillow-heif; or convert to JPEG"
            )
        return Rejection(Reason.UNREADABLE, f"no image in any of the formats {', '.join(FORMATS)}")
    except Exception as error:  # decoders meet broken files with errors of every kind
        return Rejection(Reason.UNREADABLE, describe(error))


def _decode(image: Image.Image, enough: int | None) -> Photo:
    extent, is_scalable = _extent(image), image.format in JPEGS
    halvings = math.ceil(math.log2(max(1, image.width * image.height / MOST_PIXELS)) / 2)
    if enough:
        halvings = max(halvings, int(math.log2(max(1, max(image.size) / enough))))
    if halvings and is_scalable:
        image.draft(None, tuple(max(1, length // 2**halvings) for length in image.size))
    image.load()
    orientation = _orientation(image)  # of a TIFF, loading has applied it; reducing forgets it
    while image.width * image.height > MOST_PIXELS:
        image = (image if image.mode in REDUCIBLE else _rgb(image)).reduce(2)
    if orientation in TO_UPRIGHT:
        image = image.transpose(TO_UPRIGHT[orientation])
    return Photo(np.asarray(_rgb(image)), extent, is_scalable)


def _extent(image: Image.Image) -> tuple[int, int]:
    """Width and height of the upright photo; of a TIFF Pillow gives them before it turns the pixels."""
    on_its_side = image.format != "TIFF" and _orientation(image) in ON_THEIR_SIDE
    return image.size[::-1] if on_its_side else image.size


def _orientation(image: Image.Image) -> int | None:
    try:
        return image.getexif().get(ORIENTATION_TAG)
    except Exception:  # broken metadata must not cost the photo
        return None


def _rgb(image: Image.Image) -> Image.Image:
    return eight_bits(image).convert("RGB")
