"""Room on the disk: what a run needs, and what happens when there is none."""

import errno
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from pgkeras.errors import UserError
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.grid import COLUMNS, ROWS
from pgkeras.schedule import Schedule
from pgkeras.training.checkpoint import KEPT
from pgkeras.training.state import TrainingState


def disk_needed(state: TrainingState, schedule: Schedule) -> int:
    """Bytes that a run's folder takes at most, if sample grids do not compress at all.

    Args:
        state: of the run.
        schedule: of the run.
    """
    config = state.config
    checkpoint = sum(4 * math.prod(variable.shape) for variable in state.variables().values())
    generators = {resolution: 4 * pair.straight.count_params() for resolution, pair in state.ema_generators.items()}
    snapshots = sum(config.snapshots_per_phase * generators[phase.resolution] for phase in schedule.phases)
    grid = ROWS * COLUMNS * config.resolution**2 * config.channels
    grids = len(schedule.phases) * config.snapshots_per_phase + 1
    # Good checkpoints, suspicious ones, and one that is being written; every grid once as a file, once for TensorBoard.
    return (2 * KEPT + 1) * checkpoint + sum(generators.values()) + snapshots + 2 * grids * grid


def check_disk(needed: int, out: Path) -> None:
    """Makes sure that a run finds room.

    Args:
        needed: bytes.
        out: the folder of all runs.

    Raises:
        UserError: if there is less.
    """
    free = shutil.disk_usage(out).free
    if needed > free:
        raise UserError(
            f"{out}: the run may need {tqdm.format_sizeof(needed, 'B')}, and {tqdm.format_sizeof(free, 'B')} are free; "
            "choose another `out` or fewer `snapshots_per_phase`"
        )


@contextmanager
def written_to(folder: RunFolder) -> Iterator[None]:
    """Around everything that writes into a run's folder.

    Args:
        folder: of the run.

    Raises:
        UserError: when the disk is full, or something may not be written. Files appear whole or not at all, so what was
            written before is intact.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError(
                f"{folder.path}: the disk is full. The last checkpoint is intact: free some space, then `resume` "
                f"{folder.path}"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise UserError(
                f"{error.filename or folder.path}: cannot be written ({error.strerror}); change its permissions, then "
                f"`resume` {folder.path}, or a copy of it"
            ) from None
        raise
