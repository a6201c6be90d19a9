"""reals.png: real images as the network sees them, laid out as samples are."""

import numpy as np
from PIL import Image

from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset
from pgkeras.errors import UserError
from pgkeras.images import cut_grid, grid, resize, write_png
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.grid import COLUMNS, ROWS, classes_shown


def write_reals(folder: RunFolder, dataset: Dataset, resolution: int) -> None:
    """Writes a run's reals.png.

    Args:
        folder: of the run.
        dataset: all real images.
        resolution: the final one.
    """
    write_png(folder.reals, _sheet(dataset, resolution))


def shows(folder: RunFolder, config: ProgressiveConfig, dataset: Dataset) -> bool:
    """Whether a run's reals.png shows a data set.

    Args:
        folder: of the run.
        config: of the run.
        dataset: all real images.

    Raises:
        UserError: if the picture is missing or damaged.
    """
    return np.array_equal(read_reals(folder, config), cut_grid(_sheet(dataset, config.resolution), config.resolution))


def read_reals(folder: RunFolder, config: ProgressiveConfig) -> np.ndarray:
    """Reads the images of reals.png, which stay where the run is when its data have moved.

    Args:
        folder: of the run.
        config: of the run.

    Returns:
        uint8 (images, side, side, channels) at the final resolution: the first 64 images or fewer; with labels, 8 of
        each class that is shown.

    Raises:
        UserError: if the picture is missing or damaged.
    """
    side = config.resolution
    if not folder.reals.is_file():
        raise UserError(f"{folder.reals}: is missing; resume the run, which writes it again")
    try:
        with Image.open(folder.reals) as picture:
            pixels = np.asarray(picture.convert("L" if config.channels == 1 else "RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{folder.reals}: cannot be read ({error}); resume the run, which writes it again") from None
    height, width = pixels.shape[:2]
    if width != COLUMNS * side or height % side:
        raise UserError(
            f"{folder.reals}: is {width}x{height}, no grid of {COLUMNS} columns of {side}x{side}; resume the run, "
            "which writes it again"
        )
    return cut_grid(pixels.reshape(height, width, config.channels), side)


def _sheet(dataset: Dataset, resolution: int) -> np.ndarray:
    chosen = _first_images(dataset, resolution)[:, None]  # one at a time, for they may be large
    return grid(np.concatenate([resize(dataset.images[each], resolution) for each in chosen]), COLUMNS)


def _first_images(dataset: Dataset, resolution: int) -> np.ndarray:
    """Indices of the first 64 images, or of the first 8 of each class that is shown."""
    if dataset.labels is None:
        return np.arange(min(ROWS * COLUMNS, len(dataset.images)))
    classes = range(classes_shown(len(dataset.label_names), resolution))
    return np.concatenate([np.resize(np.flatnonzero(dataset.labels == each), COLUMNS) for each in classes])
