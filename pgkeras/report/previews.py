"""Sample grids made small, so that many of them fit on a page."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pgkeras.files.atomic import atomic_path
from pgkeras.runs.folder import RunFolder

# A preview has no more pixels than this; larger grids are scaled down.
MOST_PIXELS = 512 * 512
# Up to this many pixels nothing is lost in compression.
EXACT_PIXELS = 64 * 64
# Up to this many, each pixel is repeated before the compression, which halves the resolution of colour.
REPEATED_PIXELS = 128 * 128
# WebP's, the best first, of which the first is taken that makes no more bytes than this.
QUALITIES = (80, 65, 50, 35, 20)
MOST_BYTES = 38_000


def preview(folder: RunFolder, picture: Path) -> Path | None:
    """The small copy of a grid, made when it is first asked for.

    Args:
        folder: of the run.
        picture: a PNG file in it.

    Returns:
        A WebP file; None if the picture is damaged.
    """
    path = folder.previews / f"{picture.stem}.webp"
    if path.exists() and path.stat().st_mtime_ns >= picture.stat().st_mtime_ns:
        return path
    try:
        with Image.open(picture) as file:
            small = shrink(np.asarray(file))
    except (OSError, SyntaxError, Image.DecompressionBombError):
        return None
    folder.previews.mkdir(exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_bytes(_webp(small))
    return path


def shrink(picture: np.ndarray) -> np.ndarray:
    """Undoes the repetition of pixels, and averages pixels while there are too many.

    Args:
        picture: uint8 (height, width) grey or (height, width, 3) RGB.

    Returns:
        uint8 of the same kind, smaller by a power of two.
    """
    while _is_doubled(picture):
        picture = picture[::2, ::2]
    factor = 1
    while picture.shape[0] * picture.shape[1] > MOST_PIXELS * factor**2:
        factor *= 2
    return np.asarray(Image.fromarray(picture).reduce(factor)) if factor > 1 else picture


def _is_doubled(picture: np.ndarray) -> bool:
    if picture.shape[0] % 2 or picture.shape[1] % 2:
        return False
    first, *others = (picture[row::2, column::2] for row in (0, 1) for column in (0, 1))
    return all(np.array_equal(first, other) for other in others)


def _webp(picture: np.ndarray) -> bytes:
    size = picture.shape[0] * picture.shape[1]
    if size <= EXACT_PIXELS:
        return _encoded(picture, lossless=True)
    if size <= REPEATED_PIXELS:
        picture = picture.repeat(2, axis=0).repeat(2, axis=1)
    for quality in QUALITIES:
        encoded = _encoded(picture, quality=quality)
        if len(encoded) <= MOST_BYTES:
            break
    return encoded


def _encoded(picture: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", **options)
    return buffer.getvalue()
