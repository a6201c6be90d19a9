"""From face to face, in a closed loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from pgkeras.images import grid, to_screen_size, to_uint8
from pgkeras.labels import classes_of_rows, one_hot, read_label_names, refuse_labels, rows
from pgkeras.sampling import label_size, sample_frames
from pgkeras.walk.closed_loop import closed_loop

COLUMNS, ROWS = 4, 2
MOST_CLASSES = 8  # if the user names none


@dataclass(frozen=True)
class Layout:
    """The images of a frame.

    Attributes:
        columns: images beside each other.
        latents: how many different ones; those of a conditional generator repeat in each row.
        labels: float32 (images, label_size), or None.
    """

    columns: int
    latents: int
    labels: np.ndarray | None = None


def choose_layout(
    generator: keras.Model, path: Path, size: tuple[int, int | None] | None, labels: str | None
) -> Layout:
    """What each frame shows.

    Args:
        generator: latents, or latents and labels -> images.
        path: its file.
        size: columns and rows, if the user chose; rows may be None for as many as usual.
        labels: classes, each for a row, as `parse_classes` reads them; None for the first ones.

    Raises:
        UserError: if there are no such classes, or not as many as rows.
    """
    columns, number = size or (COLUMNS, None)
    classes = label_size(generator)
    if not classes:
        refuse_labels(labels, path)
        return Layout(columns, columns * (number or ROWS))
    if labels is None and number is None:
        number = min(classes, MOST_CLASSES)
    shown = classes_of_rows(labels, read_label_names(path, classes), number)
    return Layout(columns, columns, one_hot(rows(shown, columns), classes))


def interpolation_frames(
    generator: keras.Model, layout: Layout, frames: int, smoothing: float, seed: int
) -> Iterator[np.ndarray]:
    """Grids whose faces change smoothly into others; the last one leads to the first.

    Args:
        generator: latents, or latents and labels -> images.
        layout: of the grid.
        frames: of the video.
        smoothing: how slow the way is, in frames; see `closed_loop`.
        seed: of the way.

    Yields:
        uint8 (height, width, 3).
    """
    loop = closed_loop(frames, layout.latents, generator.inputs[0].shape[-1], smoothing, seed)
    rows = 1 if layout.labels is None else len(layout.labels) // layout.latents
    for images in sample_frames(generator, (np.tile(latents, (rows, 1)) for latents in loop), layout.labels):
        yield to_screen_size(grid(to_uint8(images), layout.columns))
