"""The loop over the phases."""

from collections.abc import Sequence

from pgkeras.callbacks import Checkpoints, FollowSchedule, Samples, Statistics
from pgkeras.data import Dataset, batches, reading_data
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import TrainingState


def train(
    state: TrainingState, data: Dataset, schedule: Schedule, folder: RunFolder, image_costs: Sequence[float]
) -> bool:
    """Trains from where the state stands to the end of the schedule.

    Args:
        state: fresh, or restored from a checkpoint.
        data: all real images, with labels if the networks have them.
        schedule: of the run.
        folder: of the run; receives statistics, samples, generators and checkpoints.
        image_costs: what one image costs in each phase, in any unit; for the time left.

    Returns:
        True at the end of the schedule; False if the user stopped the run before.
    """
    config, progress = state.config, state.progress
    checkpoints = Checkpoints(state, folder, config.checkpoint_minutes)
    callbacks = [
        FollowSchedule(schedule, progress),
        Statistics(schedule, progress, folder, config.ticks_per_phase, image_costs),
        Samples(schedule, progress, folder, config),
        checkpoints,
    ]
    while progress.images_shown < schedule.images and not checkpoints.stopped:
        position = schedule.at(progress.images_shown)
        if position.index != progress.phase:
            state.begin_phase(position.phase)
            progress.phase = position.index
        reals = batches(
            data,
            position.resolution,
            position.phase.images_per_step,
            seed=config.seed,
            start=progress.images_shown,
            mirror=config.mirror,
        )
        with reading_data():
            state.gan(position.phase).fit(
                reals,
                steps_per_epoch=schedule.steps_left(progress.images_shown),
                callbacks=callbacks,
                shuffle=False,
                verbose=0,
            )
    return progress.images_shown >= schedule.images
