"""Decoding: a picture file of any format becomes upright 8-bit pixels."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageOps

# What Pillow runs a program for (EPS), unpacks without a limit (FITS), or can only name.
NO_PICTURES = frozenset({"EPS", "FITS", "BUFR", "GRIB", "HDF5", "MPEG", "WMF"})
JPEGS = ("JPEG", "MPO")  # Pillow's formats that can be halved in decoding; of HEIC it would draft the thumbnail
# Pixels of a photo in its file; those with more are taken for decompression bombs. A JPEG that is not progressive is
# halved while it is decoded: of the largest phones' 200 megapixels no more are in memory than of other photos.
LARGEST_JPEG, LARGEST = 256_000_000, 160_000_000
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N"})

logging.getLogger("PIL").addHandler(logging.NullHandler())  # what it logs of a damaged file, it also raises


class Header(NamedTuple):
    """What a picture's first bytes tell.

    Args:
        width: in pixels, as stored.
        height: in pixels, as stored.
        grey: whether it has no colour.
        most_pixels: that such a photo may have.
    """

    width: int
    height: int
    grey: bool
    most_pixels: int


@cache
def picture_suffixes() -> dict[str, str]:
    """The format of each file name suffix that pictures have; HEIC's are among them if pillow-heif is installed."""
    with suppress(ImportError):
        import_module("pillow_heif").register_heif_opener()
    formats = Image.registered_extensions()
    return {suffix: name for suffix, name in formats.items() if name in Image.OPEN and name not in NO_PICTURES}


@contextmanager
def without_warnings() -> Iterator[None]:
    """Silences Pillow's remarks on metadata and on large pictures; not in threads, which share the filters."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")
        yield


def read_header(file: BinaryIO) -> Header:
    """Reads a picture's size without decoding it.

    Args:
        file: the encoded picture.

    Raises:
        Exception: of any kind, if it is none, or none that `decode` takes.
    """
    with _open(file) as image:
        check_range(image)
        return Header(image.width, image.height, image.mode in GREY_MODES, most_pixels(image))


def decode(file: BinaryIO, channels: int, smallest: int) -> np.ndarray:
    """Decodes a picture as the eye should see it.

    EXIF orientation and colour profiles are applied; palettes and CMYK become RGB; of 16 bits the upper 8 are kept;
    what is transparent shows a white background; of an animation the first frame is read.

    Args:
        file: the encoded picture.
        channels: 1 for grey, 3 for RGB.
        smallest: side in pixels that is enough; a larger JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, but
            no smaller than this.

    Returns:
        uint8 (height, width, channels).

    Raises:
        Exception: of any kind, if it is damaged.
    """
    with _open(file) as image:
        check_range(image)
        if image.format in JPEGS:
            image.draft(image.mode, (smallest, smallest))
        image = eight_bits(_upright(image)).convert("L" if channels == 1 else "RGB")
        return np.asarray(image).reshape(image.height, image.width, channels)


def most_pixels(image: Image.Image) -> int:
    """How many pixels a photo may have in its file.

    Args:
        image: as opened.
    """
    return LARGEST_JPEG if image.format in JPEGS and "progressive" not in image.info else LARGEST


def check_range(image: Image.Image) -> None:
    """Makes sure that it is known which number is white.

    Args:
        image: as opened.

    Raises:
        ValueError: if its pixels are integers of 32 bits, but for .pgm files, which have 16 of them, or floats.
    """
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        raise ValueError(
            "its pixels are 32-bit integers or floats, of which it is unknown what is white; save it with 8 or 16 bits"
        )


def eight_bits(image: Image.Image) -> Image.Image:
    """Keeps the upper 8 of 16 bits, shows a white background where a picture is transparent, and makes colours sRGB.

    Args:
        image: that has passed `check_range`, of any mode.

    Returns:
        The picture, which Pillow's `convert` makes RGB or grey.
    """
    if image.mode.startswith("I"):
        return Image.fromarray((np.clip(np.asarray(image), 0, 2**16 - 1) >> 8).astype(np.uint8))
    image = _in_srgb(image)
    if image.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as its colour profile means it: phones save Display P3."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(own):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ImportError):  # broken, or Pillow is without LittleCMS: not worth a picture
        return image


def _open(file: BinaryIO) -> Image.Image:
    return Image.open(file, formats=tuple(set(picture_suffixes().values())))


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken metadata must not cost the picture
        return image
