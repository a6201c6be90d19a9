"""What can be evaluated: runs, their snapshots, generators, exported models and folders of images."""

import filecmp
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pgkeras.data import Fit, open_dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.exported import Exported
from pgkeras.evaluation.images import Generated, ImageSource, Stored
from pgkeras.evaluation.measures import is_measurable
from pgkeras.loading import choose_generator, is_run, load_generator
from pgkeras.training.run_folder import RunFolder


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
        chosen = choose_generator(path, resolution)
        return _generator(chosen, _images_shown(chosen, RunFolder(path).snapshots))
    if path.suffix == ".keras" or any(path.glob("generator_*.keras")):
        return _generator(choose_generator(path, resolution))
    return Candidate(path, partial(_stored, path, resolution, fit))


def find_snapshots(path: Path, resolution: int | None) -> list[Candidate]:
    """The snapshots of a run that can be measured, from 16x16 on, in the order of training.

    Args:
        path: of the run.
        resolution: in pixels; by default all.

    Raises:
        UserError: if this is no run or there is none.
    """
    folder, _ = RunFolder.open(path)
    found = []
    for file in folder.snapshots.glob("generator_*.keras"):
        side, images_shown = map(int, re.findall(r"\d+", file.stem))
        if side == resolution if resolution else is_measurable(side):
            found.append(_generator(file, images_shown))
    if not found:
        raise UserError(
            f"{folder.snapshots}: has no snapshot{f' of {resolution}x{resolution}' if resolution else ''} yet; let the "
            "run train on"
        )
    return sorted(found, key=lambda candidate: candidate.images_shown)


def _generator(path: Path, images_shown: int | None = None) -> Candidate:
    return Candidate(path, lambda: Generated(load_generator(path)), images_shown)


def _images_shown(generator: Path, snapshots: Path) -> int | None:
    """At the snapshot that a run's generator is a copy of."""
    for path in snapshots.glob(f"{generator.stem}_*.keras"):
        if filecmp.cmp(path, generator, shallow=False):
            return int(path.stem.rpartition("_")[2])
    return None


def _exported(path: Path, resolution: int | None) -> ImageSource:
    model = Exported(path)
    if resolution not in (None, model.side):
        raise UserError(f"--resolution {resolution}: {path} has only {model.side}")
    return model


def _stored(path: Path, resolution: int | None, fit: Fit) -> ImageSource:
    dataset = open_dataset(path, side=resolution, fit=fit)
    side = dataset.images.shape[1]
    if resolution is not None and resolution > side:
        raise UserError(f"--resolution {resolution}: the images of {path} have {side}")
    return Stored(dataset, resolution or side)
