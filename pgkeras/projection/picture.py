"""found.png: photos, what was found of them, and the way there."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pgkeras.images import enlarge
from pgkeras.projection.photos import Photo
from pgkeras.projection.search import SCOUTING, SHOWN_BEFORE, Projection

SMALLEST_CELL = 128  # pixels
GAP = 8
TEXT_SIZE = 14
TITLES = ("photo", "crop", "found", "nearest seed", f"{SCOUTING} steps", f"{SCOUTING + SHOWN_BEFORE} steps")


def draw_found(
    photos: Sequence[Photo], projections: Sequence[Projection], refined: np.ndarray | None = None
) -> np.ndarray:
    """Draws a row for each photo: itself, its crop, the face that was found, and three steps on the way to it.

    Args:
        photos: as they were given.
        projections: of their crops.
        refined: uint8 (photos, side, side, channels), for one more column; None for none.

    Returns:
        uint8 (height, width, 3).
    """
    side = photos[0].crop.shape[0]
    factor = -(-SMALLEST_CELL // side)
    cell = factor * side
    rows = [_titles(TITLES if refined is None else (*TITLES, "refined"), cell)]
    for row, (photo, found) in enumerate(zip(photos, projections, strict=True)):
        images = [photo.crop, found.image, *found.way[:-1], *([] if refined is None else [refined[row]])]
        cells = [_framed(photo.picture, cell), *(_rgb(enlarge(image, factor)) for image in images)]
        rows.append(np.concatenate([_spaced(each) for each in cells], axis=1))
    return np.concatenate(rows)


def _spaced(cell: np.ndarray) -> np.ndarray:
    return np.pad(cell, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)


def _framed(picture: np.ndarray, side: int) -> np.ndarray:
    """The whole picture in the middle of a white square."""
    image = Image.fromarray(_rgb(picture))
    image.thumbnail((side, side))
    frame = Image.new("RGB", (side, side), "white")
    frame.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(frame)


def _titles(titles: Sequence[str], cell: int) -> np.ndarray:
    strip = Image.new("RGB", (len(titles) * (cell + GAP), 2 * TEXT_SIZE), "white")
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(TEXT_SIZE)
    for column, title in enumerate(titles):
        draw.text((column * (cell + GAP), TEXT_SIZE), title, "black", font, anchor="lm")
    return np.asarray(strip)


def _rgb(image: np.ndarray) -> np.ndarray:
    return image.repeat(3 // image.shape[-1], axis=-1)
