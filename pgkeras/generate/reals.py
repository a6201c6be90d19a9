"""Real images to show beside generated ones."""

from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.images import resize
from pgkeras.labels import one_hot
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.grid import COLUMNS
from pgkeras.runs.reals import read_reals


def choose_reals(run: Path, labels: np.ndarray | None, number: int, side: int) -> np.ndarray:
    """A real image of the same class for each generated one, from the run's reals.png.

    Args:
        run: its folder.
        labels: float32 (number, label_size), one-hot, or None.
        number: of images.
        side: to which they are shrunk, in pixels.

    Returns:
        uint8 (number, side, side, channels); black where reals.png has no more.

    Raises:
        UserError: if this is not a run, its reals.png is missing or damaged, or shows no such image.
    """
    folder, description = RunFolder.open(run)
    reals = resize(read_reals(folder, description.config), side)
    chosen = np.zeros((number, *reals.shape[1:]), np.uint8)
    for places, images in _by_class(reals, labels, number):
        chosen[places[: len(images)]] = images[: len(places)]
    if not chosen.any():
        raise UserError(f"`with_reals`: {folder.reals} shows no image of these classes; choose others, or drop it")
    return chosen


def _by_class(reals: np.ndarray, labels: np.ndarray | None, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each class, its places and its real images."""
    if labels is None:
        return [(np.arange(number), reals)]
    classes = labels.argmax(axis=1)
    if (labels != one_hot(classes, labels.shape[1])).any():
        raise UserError("`with_reals`: no real image is of mixed classes; drop it, or give class numbers")
    return [(np.flatnonzero(classes == each), reals[COLUMNS * each :][:COLUMNS]) for each in np.unique(classes)]
