"""The loop over the phases."""

from collections.abc import Sequence
from contextlib import closing, suppress

from pgkeras.backends import backend
from pgkeras.data import Dataset
from pgkeras.errors import UserError
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Position, Schedule
from pgkeras.training.callbacks import (
    Callback,
    Checkpoints,
    FollowSchedule,
    Generators,
    Metrics,
    Report,
    Samples,
    Snapshots,
    Statistics,
)
from pgkeras.training.checkpoint import save_checkpoint
from pgkeras.training.feed import feed
from pgkeras.training.rollback import roll_back
from pgkeras.training.smaller_parts import take_smaller_parts
from pgkeras.training.state import TrainingState
from pgkeras.training.tensorboard import EventFile
from pgkeras.training.watchdog import DivergedError, Watchdog


def train(
    state: TrainingState,
    data: Dataset,
    held_out: Dataset,
    schedule: Schedule,
    folder: RunFolder,
    image_costs: Sequence[float],
) -> bool:
    """Trains from where the state stands to the end of the schedule.

    When training fails, it goes back to the last good checkpoint and goes on with halved learning rates; when memory
    does not suffice, in smaller parts of batches.

    Args:
        state: fresh, or restored from a checkpoint.
        data: real images to train on, with labels if the networks have them.
        held_out: real images to measure against.
        schedule: of the run.
        folder: of the run; receives statistics, samples, generators, checkpoints and the report.
        image_costs: what one image costs in each phase, in any unit; for the time left.

    Returns:
        True at the end of the schedule; False if the user stopped the run before.

    Raises:
        UserError: if training has failed too often or does not fit into memory, or an image cannot be read; then
            after a checkpoint.
    """
    config, progress = state.config, state.progress
    checkpoints = Checkpoints(state, folder, config.checkpoint_minutes)
    report = Report(folder)
    watchdog = Watchdog(config, progress)
    events = EventFile(folder.tensorboard, progress.images_shown)
    writers = [
        Samples(folder, config, events),
        Generators(folder),
        *([Metrics(folder, config, held_out, data.label_counts, events)] if config.metrics else []),
        report,
    ]
    callbacks = [
        FollowSchedule(schedule, state),
        Statistics(schedule, progress, folder, config.ticks_per_phase, image_costs, watchdog, events),
        Snapshots(schedule, progress, config.snapshots_per_phase, writers),
        checkpoints,
    ]
    if not list_checkpoints(folder.checkpoints):
        save_checkpoint(state, folder.checkpoints)
    with checkpoints.stopping_on_signals(), report.written_at_the_end():
        while progress.images_shown < schedule.images and not checkpoints.stopped:
            try:
                _train_phase(state, data, schedule, schedule.at(progress.images_shown), callbacks)
            except DivergedError as trouble:
                roll_back(state, folder, schedule, trouble)
                events.go_back(progress.images_shown)
            except UserError:  # an image that cannot be read, to train on or to measure against
                with suppress(DivergedError):
                    save_checkpoint(state, folder.checkpoints)
                raise
            except Exception as error:
                if not backend.is_out_of_memory(error):
                    raise
                take_smaller_parts(state, folder, schedule)
                events.go_back(progress.images_shown)
    return progress.images_shown >= schedule.images


def _train_phase(
    state: TrainingState, data: Dataset, schedule: Schedule, position: Position, callbacks: Sequence[Callback]
) -> None:
    """Trains from a position to the end of its phase, or until a callback wants no further step."""
    progress = state.progress
    if position.index != progress.phase:
        state.reset_optimizers()
        progress.phase = position.index
    gan = state.gan(position.phase)
    reals = feed(state, data, position.phase, start=progress.images_shown, mirror=state.config.mirror)
    with closing(reals):
        for callback in callbacks:
            callback.phase_begins(gan)
        for _ in range(schedule.steps_left(progress.images_shown)):
            for callback in callbacks:
                callback.before_step()
            values = gan.train_on(next(reals))
            for callback in callbacks:
                callback.after_step(values)
            if any(callback.stopped for callback in callbacks):
                break
        for callback in callbacks:
            callback.phase_ends()
