"""Decoding: any JPEG, PNG, WebP or BMP file becomes upright 8-bit RGB pixels."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from preprocessing.find_photos import PhotoFile
from preprocessing.rejects import Reason, Rejection, describe

SMALLEST_SIDE = 20  # pixels; no smaller face can be detected
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")

ORIENTATION_TAG = 0x0112
TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_photo(path: Path) -> np.ndarray | Rejection:
    """Reads a photo as the eye should see it.

    EXIF orientation is applied; grey, palette and CMYK become RGB; of 16 bits the upper 8 are kept; what is
    transparent shows a white background; of an animation the first frame is read.

    Args:
        path: the file; its contents, not its suffix, tell the format.

    Returns:
        uint8 (height, width, 3) RGB, or why there is none: the file is no whole image of `FORMATS`, is too large
        or too small.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if min(width, height) < SMALLEST_SIDE:
                return Rejection(Reason.TOO_SMALL, f"{width}x{height} pixels; both sides must have {SMALLEST_SIDE}")
            image.load()
            return np.asarray(_rgb(_upright(image)))
    except Image.DecompressionBombError as error:
        return Rejection(Reason.TOO_LARGE, str(error))
    except UnidentifiedImageError:
        return Rejection(Reason.UNREADABLE, "not a JPEG, PNG, WebP or BMP image")
    except Exception as error:  # decoders meet broken files with errors of every kind
        return Rejection(Reason.UNREADABLE, describe(error))


def read_ahead(
    photos: Sequence[PhotoFile], workers: int, ahead: int
) -> Iterator[tuple[PhotoFile, np.ndarray | Rejection]]:
    """Reads photos in the given order, on threads, while the caller works on earlier ones.

    Args:
        photos: the files to read.
        workers: threads.
        ahead: the most photos, at least 1, that wait decoded in memory.

    Yields:
        Each photo with its pixels, or with the reason why it has none.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque()
        for photo in photos:
            waiting.append((photo, pool.submit(read_photo, photo.path)))
            if len(waiting) >= ahead:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def _next(waiting: deque) -> tuple[PhotoFile, np.ndarray | Rejection]:
    photo, future = waiting.popleft()
    return photo, future.result()


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(ORIENTATION_TAG)
    except Exception:  # broken metadata must not cost the photo
        orientation = None
    return image.transpose(TO_UPRIGHT[orientation]) if orientation in TO_UPRIGHT else image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        background = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(background, image.convert("RGBA"))
    return image.convert("RGB")
