"""Decoding: a picture file of any format becomes upright 8-bit pixels."""

import logging
from functools import cache
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps

# What Pillow runs a program for (EPS), unpacks without a limit (FITS), or can only name.
NO_PICTURES = frozenset({"EPS", "FITS", "BUFR", "GRIB", "HDF5", "MPEG", "WMF"})
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N"})

logging.getLogger("PIL").addHandler(logging.NullHandler())  # what it logs of a damaged file, it also raises


class Header(NamedTuple):
    """What a picture's first bytes tell.

    Args:
        width: in pixels, as stored.
        height: in pixels, as stored.
        grey: whether it has no colour.
    """

    width: int
    height: int
    grey: bool


@cache
def picture_suffixes() -> dict[str, str]:
    """The format of each file name suffix that pictures have."""
    formats = Image.registered_extensions()
    return {suffix: name for suffix, name in formats.items() if name in Image.OPEN and name not in NO_PICTURES}


def read_header(file: BinaryIO) -> Header:
    """Reads a picture's size without decoding it.

    Args:
        file: the encoded picture.

    Raises:
        Exception: of any kind, if it is none.
    """
    with _open(file) as image:
        return Header(image.width, image.height, image.mode in GREY_MODES)


def decode(file: BinaryIO, channels: int, smallest: int) -> np.ndarray:
    """Decodes a picture as the eye should see it.

    EXIF orientation is applied; palettes and CMYK become RGB; of 16 bits the upper 8 are kept; what is transparent
    shows a white background; of an animation the first frame is read.

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
        image.draft(image.mode, (smallest, smallest))
        image = _eight_bits(_upright(image)).convert("L" if channels == 1 else "RGB")
        return np.asarray(image).reshape(image.height, image.width, channels)


def _open(file: BinaryIO) -> Image.Image:
    return Image.open(file, formats=tuple(set(picture_suffixes().values())))


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken metadata must not cost the picture
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, of no known range")
    if image.mode.startswith("I"):
        return Image.fromarray((np.clip(np.asarray(image), 0, 2**16 - 1) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image
