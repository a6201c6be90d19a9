"""Images between the network's float32 in [-1, 1] and people's uint8 in [0, 255]."""

import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pgkeras.files.atomic import atomic_path
from pgkeras.text import readable

WIDTH_ON_SCREEN = 512
LARGEST_ON_SCREEN = 2048
MOST_PIXELS = Image.MAX_IMAGE_PIXELS  # 89 million: Pillow warns of pictures that have more.


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Converts network output to pixels: [-1, 1] to [0, 255], rounded, clipped.

    Args:
        images: float32 of any shape.

    >>> to_uint8(np.array([-1.0, 0.0, 1.0, 7.0]))
    array([  0, 128, 255, 255], dtype=uint8)
    """
    return np.floor(np.clip(images * 127.5 + 128.0, 0.0, 255.0)).astype(np.uint8)


def root_mean_square(images: np.ndarray, others: np.ndarray) -> float:
    """Of the differences of pixels, in grey levels.

    Args:
        images: uint8 of any shape.
        others: uint8, as many.

    >>> root_mean_square(np.uint8([0, 5]), np.uint8([5, 0]))
    5.0
    """
    return float(np.sqrt(np.square(images.astype(np.float32) - others).mean()))


def grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Lays images out in rows, left to right; missing ones at the end are black.

    Args:
        images: uint8 (batch, side, side, channels).
        columns: images per row; by default as square as possible, wider than high.

    Returns:
        uint8 (rows x side, columns x side, channels).
    """
    number, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(number)))
    rows = -(-number // columns)
    sheet = np.zeros((rows * columns, height, width, channels), np.uint8)
    sheet[:number] = images
    sheet = sheet.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return sheet.reshape(rows * height, columns * width, channels)


def cut_grid(picture: np.ndarray, side: int) -> np.ndarray:
    """Takes a grid apart; missing images at its end are left out.

    Args:
        picture: uint8 (rows x side, columns x side, channels), as `grid` makes it.
        side: of an image in pixels.

    Returns:
        uint8 (batch, side, side, channels).
    """
    height, width, channels = picture.shape
    images = picture.reshape(height // side, side, width // side, side, channels).swapaxes(1, 2)
    images = images.reshape(-1, side, side, channels)
    return images[: np.flatnonzero(images.any(axis=(1, 2, 3))).max(initial=-1) + 1]


def beside(left: np.ndarray, right: np.ndarray, gap: int) -> np.ndarray:
    """Puts two pictures of one height beside each other, white between them.

    Args:
        left: uint8 (height, width, channels).
        right: the same, of any width.
        gap: in pixels.
    """
    between = np.full((len(left), gap, left.shape[-1]), 255, np.uint8)
    return np.concatenate([left, between, right], axis=1)


def enlarge(images: np.ndarray, factor: int) -> np.ndarray:
    """Repeats pixels: every one becomes factor x factor of the same colour.

    Args:
        images: uint8 (batch, height, width, channels), or one image without batch.
        factor: at least 1.
    """
    return images.repeat(factor, axis=-3).repeat(factor, axis=-2)


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Averages over the area of each new pixel.

    Where the factor is not a whole number, an old pixel counts in each new one by the part of it that lies there.

    Args:
        images: uint8 (batch, height, width, channels).
        side: of the result, in pixels.

    Returns:
        float32 (batch, side, side, channels) in [0, 255], not rounded but to float32.

    >>> shrink(np.array([[[[0], [30], [90]]] * 3], np.uint8), 2)[0, ..., 0]
    array([[10., 70.],
           [10., 70.]], dtype=float32)
    """
    number, height, width, channels = images.shape
    if height == width == side:
        return images.astype(np.float32)
    rows, row_area = _sums(images.reshape(number, height, width * channels), side, 255)
    sums, area = _sums(rows.reshape(number * side, width, channels), side, 255 * row_area)
    return np.divide(sums.reshape(number, side, side, channels), row_area * area, dtype=np.float32)


def resize(images: np.ndarray, side: int) -> np.ndarray:
    """Shrinks images to pixels again, as `shrink` does.

    Args:
        images: uint8 (batch, height, width, channels), or one image without batch.
        side: of the result, in pixels.

    Returns:
        uint8 (batch, side, side, channels), rounded; without batch for one image.

    >>> resize(np.array([[[0], [31], [90]]] * 3, np.uint8), 2)[..., 0]
    array([[10, 70],
           [10, 70]], dtype=uint8)
    """
    if images.shape[-3:-1] == (side, side):
        return images
    if images.ndim == 3:
        return resize(images[None], side)[0]
    return (shrink(images, side) + 0.5).astype(np.uint8)


def to_screen_size(picture: np.ndarray) -> np.ndarray:
    """Enlarges a small picture by repeating pixels, or shrinks a very large one by averaging: by whole factors.

    Args:
        picture: uint8 (height, width, 3) RGB or (height, width, 1) grey.

    Returns:
        uint8 (height, width, 3): at least 512 pixels wide, unless it would be above 2048 high; no side above 2048,
        which phones can decode as a video.
    """
    height, width, channels = picture.shape
    longest = max(height, width)
    rgb = picture.repeat(3 // channels, axis=-1)
    if longest > LARGEST_ON_SCREEN:
        return np.asarray(Image.fromarray(rgb).reduce(-(-longest // LARGEST_ON_SCREEN)))
    factor = min(-(-WIDTH_ON_SCREEN // width), LARGEST_ON_SCREEN // longest)
    return enlarge(rgb, factor)


def write_png(path: Path, image: np.ndarray, text: Mapping[str, str] | None = None) -> None:
    """Writes one image atomically.

    Args:
        path: where to.
        image: uint8 (height, width, 3) RGB or (height, width, 1) grey.
        text: metadata by PNG's keywords, such as Software and Description.
    """
    info = PngInfo()
    for keyword, value in (text or {}).items():
        info.add_text(keyword, readable(value))
    with atomic_path(path) as temporary:
        _picture(image).save(temporary, format="PNG", pnginfo=info)


def encode_png(image: np.ndarray) -> bytes:
    """One image as the content of a .png file.

    Args:
        image: uint8 (height, width, 3) RGB or (height, width, 1) grey.
    """
    content = BytesIO()
    _picture(image).save(content, format="PNG")
    return content.getvalue()


def _picture(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def _sums(images: np.ndarray, new: int, largest: int) -> tuple[np.ndarray, int]:
    """Adds up what lies in each of `new` equal parts of the second axis: (batch, old, ...) -> (batch, new, ...).

    Exact: with both numbers divided by their greatest common divisor, an old pixel is `new` long, a new one `old`, and
    overlaps are whole numbers, as are the pixels, which are at most `largest`. Returns the sums and what a new pixel's
    overlaps add up to.
    """
    batch, old, channels = images.shape
    divisor = math.gcd(old, new)
    area = old // divisor
    parts = images.reshape(batch * divisor, area, channels)
    dtype = np.min_scalar_type(largest * area)
    sums = np.zeros((batch * divisor, new // divisor, channels), dtype)
    for before, after, overlap in _overlaps(area, new // divisor):
        target = sums[:, after]
        target += parts[:, before] if overlap == 1 else parts[:, before] * dtype.type(overlap)
    return sums.reshape(batch, new, channels), area


def _overlaps(old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """Pairs of an old and a new pixel that overlap, and how long they do."""
    for before in range(old):
        start, end = before * new, (before + 1) * new
        for after in range(start // old, -(-end // old)):
            yield before, after, min(end, (after + 1) * old) - max(start, after * old)
