"""Many pictures on one: small, in rows, as photographers print a film."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

SIDE = 96  # of the square cells, in pixels
COLUMNS = 10  # in a row
GAP = 2  # pixels between cells
BACKGROUND = 118  # the grey that looks halfway between black and white
JPEG_QUALITY = 85


def contact_sheet(images: Sequence[np.ndarray]) -> np.ndarray:
    """Puts images side by side, row after row, each in the middle of its cell: whole, undistorted, as large as fits.

    Args:
        images: uint8 (height, width, 3) RGB, of any sizes; none gives one empty cell.

    Returns:
        uint8 (height, width, 3) RGB, grey where there is no image; of fewer than ten images it is narrower.
    """
    columns = min(COLUMNS, max(1, len(images)))
    rows = max(1, -(-len(images) // columns))
    sheet = np.full((_length(rows), _length(columns), 3), BACKGROUND, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        small = _fitted(image)
        height, width = small.shape[:2]
        top = row * (SIDE + GAP) + (SIDE - height) // 2
        left = column * (SIDE + GAP) + (SIDE - width) // 2
        sheet[top : top + height, left : left + width] = small
    return sheet


def jpeg(picture: np.ndarray) -> bytes:
    """Encodes a picture; the same pixels give the same bytes.

    Args:
        picture: uint8 (height, width, 3) RGB.
    """
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()


def _length(cells: int) -> int:
    return cells * SIDE + (cells - 1) * GAP


def _fitted(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3))
