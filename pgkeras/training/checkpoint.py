"""Full-state checkpoints: written, and restored."""

import errno
import json
import math
import os
import shutil
import sys
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.runs.checkpoint_file import list_checkpoints, read_checkpoint, read_newest
from pgkeras.training.state import Progress, TrainingState
from pgkeras.training.watchdog import DivergedError

KEPT = 2


def save_checkpoint(state: TrainingState, folder: Path) -> Path:
    """Writes `folder/<images shown>.npz` atomically and deletes all but the newest two.

    While the watchdog suspects that training has failed, the newest two from before that are kept, too.

    Args:
        state: of the training.
        folder: the run's checkpoints.

    Raises:
        DivergedError: if a variable is not finite: such a checkpoint could not be trained on.
        OSError: if the disk is full.
    """
    path = folder / f"{state.progress.images_shown:09}.npz"
    arrays = {name: np.asarray(variable) for name, variable in state.variables().items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise DivergedError(f"the weights {name} are not finite")
    # Looked at first: a zip file that fails half-way complains once more, on stderr, when Python collects it.
    if sum(array.nbytes for array in arrays.values()) > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, progress=np.array(json.dumps(asdict(state.progress))), **arrays)
    good = list_good_checkpoints(state.progress, folder)
    suspicious = list_checkpoints(folder)[len(good) :]
    for old in (*good[:-KEPT], *suspicious[:-KEPT]):
        old.unlink()
    return path


def list_good_checkpoints(progress: Progress, folder: Path) -> list[Path]:
    """The checkpoints from before the watchdog began to suspect that training has failed, oldest first.

    Args:
        progress: of the run.
        folder: the run's checkpoints.
    """
    since = min(progress.suspicious_since.values(), default=math.inf)
    return [path for path in list_checkpoints(folder) if int(path.stem) < since]


def load_checkpoint(state: TrainingState, path: Path) -> None:
    """Restores a state from a checkpoint of the same configuration.

    What another version of this program kept of the progress and this one does not know is left out with a warning. On
    another backend training goes on, but not to the bit as it would have.

    Args:
        state: freshly made from the run's config.
        path: the checkpoint.

    Raises:
        UserError: if the file is damaged or belongs to another configuration.
    """
    saved, arrays = read_checkpoint(path)
    known = {each.name for each in fields(Progress)}
    saved.setdefault("backend", "tensorflow")  # Older versions trained on no other.
    progress = Progress(**{name: value for name, value in saved.items() if name in known})
    variables = state.variables()
    for name, variable in variables.items():
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            raise UserError(f"{path}: does not fit the run's config.json at {name}; was the config edited?")
    for name, variable in variables.items():
        variable.assign(arrays[name])
    here = state.progress.backend
    if progress.backend != here:
        change = f"was trained on {progress.backend}; {here} goes on, with other random numbers and rounding"
        print(f"warning: {path}: {change}", file=sys.stderr)
    vars(state.progress).update(asdict(progress) | {"backend": here})
    if forgotten := sorted(saved.keys() - known):
        print(f"warning: {path}: {', '.join(forgotten)} of another version is not used", file=sys.stderr)


def load_newest_checkpoint(state: TrainingState, folder: Path) -> Path | None:
    """Restores the newest checkpoint that is whole, with a warning for each damaged one.

    Args:
        state: freshly made from the run's config.
        folder: the run's checkpoints.

    Returns:
        The checkpoint, or None if the folder has none.

    Raises:
        UserError: if there are checkpoints, but none is whole.
    """
    found = read_newest(folder, partial(load_checkpoint, state))
    return found and found[0]
