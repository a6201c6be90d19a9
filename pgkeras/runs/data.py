"""The images of a run: where they are, which of them are left, and which are held out."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pgkeras.data import Dataset, UnreadableError, hold_out, naming_all_unreadable, open_dataset
from pgkeras.data.existence import may_exist
from pgkeras.errors import UserError
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.text import quoted


def check_data(folder: RunFolder, description: RunDescription) -> None:
    """Makes sure, in a moment, that a run's images are where they were.

    Args:
        folder: of the run.
        description: its config.json.

    Raises:
        UserError: if they are not.
    """
    if not may_exist(Path(description.data)):
        raise UserError(
            f"{description.data}: the images of {folder.path} are no longer there; if they have moved, say where to: "
            f"pgkeras train NEW --resume {quoted(folder.path)}"
        )


def open_data(folder: RunFolder, description: RunDescription, path: Path | None = None) -> tuple[Dataset, Dataset]:
    """Opens what a run trains on.

    Pictures that it could not read are left out, with a warning, if they are gone or still damaged.

    Args:
        folder: of the run.
        description: its config.json.
        path: where the images are now, if they have moved.

    Returns:
        The images to train on and those to measure against: the held-out ones, or the same if there are none.

    Raises:
        UserError: if they are not there, or not those that the run began with.
    """
    if path is None:
        check_data(folder, description)
        path = Path(description.data)
    config = description.config
    dataset = open_dataset(path, side=config.resolution, fit=description.fit, labels=bool(config.label_size))
    gone = set(description.unreadable) - set(dataset.names)
    number, side = dataset.images.shape[:2]
    # Which of the other pictures are gone is not known; it matters only where some are held out.
    may_shrink = dataset.names and not config.holdout and str(path) == description.data
    others = max(0, description.images - number - len(gone)) if may_shrink else 0
    found = (number + len(gone) + others, side, dataset.label_names)
    if found != (description.images, description.side, description.label_names):
        raise UserError(
            f"{path}: has {number} images of {side} pixels and {len(dataset.label_names)} classes, but the run "
            f"began with {description.images} of {description.side} and {len(description.label_names)}; give the same "
            "data"
        )
    left_out = gone | {name for name in description.unreadable if name not in gone and _is_damaged(dataset, name)}
    if left_out or others:
        warnings.warn(
            f"{path}: {len(left_out) + others:,} of {description.images:,} images are gone or still damaged; going on "
            "without them",
            stacklevel=2,
        )
    return hold_out(dataset, config.holdout, _places(dataset, gone, left_out))


@contextmanager
def remembering_unreadable(folder: RunFolder) -> Iterator[None]:
    """Around what reads a run's images: those that cannot be read are remembered in its config.json.

    Args:
        folder: of the run.

    Raises:
        UserError: that names all of them, and tells how to go on.
    """
    try:
        with naming_all_unreadable():
            yield
    except UnreadableError as error:
        _, description = RunFolder.open(folder.path)
        names = sorted({*description.unreadable, *error.names})
        folder.write_description(description.model_copy(update={"unreadable": tuple(names)}))
        raise UserError(f"{error}, or go on without: pgkeras train --resume {quoted(folder.path)}") from None


def _is_damaged(dataset: Dataset, name: str) -> bool:
    try:
        dataset.images[np.array([dataset.names.index(name)])]
    except UnreadableError:
        return True
    return False


def _places(dataset: Dataset, gone: set[str], left_out: set[str]) -> np.ndarray | None:
    """For `hold_out`: where each image that the run began with is now."""
    if not left_out:
        return None
    place_of = {name: place for place, name in enumerate(dataset.names)}
    return np.array([-1 if name in left_out else place_of[name] for name in sorted({*dataset.names, *gone})])
