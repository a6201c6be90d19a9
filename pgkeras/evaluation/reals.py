"""The real images that an evaluation compares with."""

import warnings
from dataclasses import dataclass
from pathlib import Path

from pgkeras.config import Fit
from pgkeras.data import Dataset, open_dataset
from pgkeras.errors import UserError
from pgkeras.runs.data import open_data
from pgkeras.runs.folder import RunFolder, is_run
from pgkeras.runs.reals import shows


@dataclass(frozen=True)
class Reals:
    """Real images.

    Attributes:
        path: of their file or folder.
        dataset: to measure against.
        training: what the generator learned from, if they are the run's.
        held_out: whether a run held the data set out of its training.
        of_the_run: whether the run knows them; others are the user's.
    """

    path: Path
    dataset: Dataset
    training: Dataset
    held_out: bool = False
    of_the_run: bool = False

    def __str__(self) -> str:
        return f"the {len(self.dataset.images):,} held out of {self.path}" if self.held_out else str(self.path)


def open_reals(run_or_model: Path, data: Path | None, fit: Fit, side: int) -> Reals:
    """Opens the images that the user names, or else those that a run held out, or else its training images.

    If those that the user names are a run's own, only what it held out is measured against. If they are others, and the
    run held some out, a warning tells that it may know them.

    Args:
        run_or_model: what is evaluated.
        data: the user's images, of any format of train.
        fit: what to do with images that are not square.
        side: of the images to be measured, in pixels.

    Raises:
        UserError: if there are none.
    """
    if data:
        own = _own(run_or_model, data, fit) if is_run(run_or_model) else None
        if own:
            return own
        dataset = open_dataset(data, side=side, fit=fit)
        return Reals(data, dataset, dataset)
    if not is_run(run_or_model):
        raise UserError(f"{run_or_model}: is not a run, which would know its images; give real images with `data`")
    if fit != "refuse":
        raise UserError(f"`fit` {fit}: the run's images are opened as train did; drop `fit`, or give `data`")
    folder, description = RunFolder.open(run_or_model)
    training, held_out = open_data(folder, description)
    return Reals(Path(description.data), held_out, training, held_out=held_out is not training, of_the_run=True)


def _own(run: Path, data: Path, fit: Fit) -> Reals | None:
    """A run's own images, wherever they are now; None if they are others, or the run held none out."""
    folder, description = RunFolder.open(run)
    if not description.config.holdout:
        return None
    try:
        training, held_out = open_data(folder, description, data)
        is_own = shows(folder, description.config, training)
    except UserError:
        is_own = False
    if not is_own:
        warnings.warn(
            f"{data}: these are not the images of {run}, or have changed; it may have seen them in training",
            stacklevel=3,
        )
        return None
    if fit not in ("refuse", description.fit):
        raise UserError(f"`fit` {fit}: {run} was trained with {description.fit}; drop `fit`")
    return Reals(data, held_out, training, held_out=True, of_the_run=True)
