"""Back to the last good checkpoint when training has failed."""

from dataclasses import replace

from tqdm import tqdm

from pgkeras.errors import UserError
from pgkeras.files.json_lines import append_line
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule
from pgkeras.training.checkpoint import list_good_checkpoints, load_newest_checkpoint, save_checkpoint
from pgkeras.training.state import TrainingState
from pgkeras.training.watchdog import DivergedError

MOST_ROLLBACKS = 3


def roll_back(state: TrainingState, folder: RunFolder, schedule: Schedule, trouble: DivergedError) -> None:
    """Restores the newest good checkpoint, halves the learning rates, and says what happened.

    Good are those from before the watchdog began to suspect trouble. One that has led to trouble twice is not good: the
    one before it is taken.

    Args:
        state: that has failed.
        folder: of the run.
        schedule: of the run.
        trouble: what was noticed.

    Raises:
        UserError: if this was the third time.
    """
    failed = replace(state.progress)
    what = f"After {failed.images_shown:,} images ({schedule.before(failed.images_shown).phase.name}) {trouble}"
    checkpoints = list_checkpoints(folder.checkpoints)
    good = list_good_checkpoints(failed, folder.checkpoints) or checkpoints
    if failed.rollbacks == MOST_ROLLBACKS:
        folder.drop_generators(schedule, int(good[-1].stem))
        _write_line(folder, failed.images_shown, trouble, back_to=None)
        raise UserError(
            f"{what}; going back with halved learning rates {MOST_ROLLBACKS} times did not help. Train again with "
            "lower `generator_learning_rate` and `discriminator_learning_rate` or another `loss`"
        )
    for suspicious in checkpoints[len(good) :]:
        suspicious.unlink()
    *older, newest = good
    if older and int(newest.stem) == failed.rolled_back_to:
        newest.unlink()
    load_newest_checkpoint(state, folder.checkpoints)
    restored = state.progress
    restored.rollbacks = failed.rollbacks + 1
    restored.rolled_back_to = restored.images_shown
    restored.suspicious_since.clear()
    position = schedule.at(restored.images_shown)
    state.follow_learning_rates(position)
    folder.rewind(schedule, restored.images_shown)
    save_checkpoint(state, folder.checkpoints)
    _write_line(folder, failed.images_shown, trouble, back_to=restored.images_shown)
    factor = restored.learning_rate_factor
    tqdm.write(
        f"{what}. Went back to {restored.images_shown:,} images and halved the learning rates to "
        f"{factor * position.generator_learning_rate:g} and {factor * position.discriminator_learning_rate:g} "
        f"({restored.rollbacks} of {MOST_ROLLBACKS} times)"
    )


def _write_line(folder: RunFolder, images_shown: int, trouble: DivergedError, *, back_to: int | None) -> None:
    """A line in rollbacks.jsonl; `back_to` is None when training was given up."""
    append_line(folder.rollbacks, {"images_shown": images_shown, "trouble": str(trouble), "back_to": back_to})
