"""What can be evaluated: runs, their snapshots, generators, exported models and folders of images."""

import filecmp
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pgkeras.config import Fit
from pgkeras.data import open_dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.exported import Exported
from pgkeras.evaluation.image_sources import Generated, ImageSource, Stored
from pgkeras.evaluation.names import is_measurable
from pgkeras.runs.folder import RunFolder, is_run
from pgkeras.runs.generator_files import list_generators, list_snapshots
from pgkeras.runs.generators import choose_generator, load_generator


@dataclass(frozen=True)
class Candidate:
    """Something that gives images.

    Attributes:
        path: its file or folder.
        open: loads it.
        images_shown: in training, at a snapshot of a run; None if that is not known.
    """

    path: Path
    open: Callable[[], ImageSource]
    images_shown: int | None = None


def find_candidate(path: Path, resolution: int | None, fit: Fit) -> Candidate:
    """What a path offers.

    Args:
        path: of a run, a folder of generators, a .keras or .tflite file, or images in any format of train.
        resolution: of the generator in pixels, or to which images are shrunk; by default the largest.
        fit: what to do with images that are not square.

    Raises:
        UserError: if there is nothing, or not at this resolution.
    """
    if path.suffix == ".tflite" and path.is_file():
        return Candidate(path, partial(_exported, path, resolution))
    if is_run(path):
        folder, description = RunFolder.open(path)
        chosen = choose_generator(path, resolution)
        return _generator(chosen, _images_shown(chosen, folder.snapshots), description.label_counts)
    if path.suffix == ".keras" or list_generators(path):
        return _generator(choose_generator(path, resolution))
    return Candidate(path, partial(_stored, path, resolution, fit))


def find_snapshots(path: Path, resolution: int | None) -> list[Candidate]:
    """The snapshots of a run that can be measured, from 16x16 on, in the order of training.

    Args:
        path: of the run.
        resolution: in pixels; by default all.

    Raises:
        UserError: if this is not a run or there is none.
    """
    folder, description = RunFolder.open(path)
    found = [
        _generator(each.path, each.images_shown, description.label_counts)
        for each in list_snapshots(folder.snapshots)
        if (each.resolution == resolution if resolution else is_measurable(each.resolution))
    ]
    if not found:
        raise UserError(
            f"{folder.snapshots}: has no snapshot{f' of {resolution}x{resolution}' if resolution else ''} yet; let the "
            "run train on"
        )
    return found


def _generator(path: Path, images_shown: int | None = None, label_counts: Sequence[int] = ()) -> Candidate:
    return Candidate(path, lambda: Generated(load_generator(path), label_counts), images_shown)


def _images_shown(generator: Path, snapshots: Path) -> int | None:
    """At the snapshot that a run's generator is a copy of."""
    for snapshot in list_snapshots(snapshots):
        if filecmp.cmp(snapshot.path, generator, shallow=False):
            return snapshot.images_shown
    return None


def _exported(path: Path, resolution: int | None) -> ImageSource:
    model = Exported(path)
    if resolution not in (None, model.side):
        raise UserError(f"`resolution` {resolution}: {path} has only {model.side}")
    return model


def _stored(path: Path, resolution: int | None, fit: Fit) -> ImageSource:
    dataset = open_dataset(path, side=resolution, fit=fit)
    side = dataset.images.shape[1]
    if resolution is not None and resolution > side:
        raise UserError(f"`resolution` {resolution}: the images of {path} have {side}")
    return Stored(dataset, resolution or side)
