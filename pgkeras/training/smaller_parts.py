"""What becomes of a phase that runs out of memory in the middle, as on a smaller GPU than the run began on."""

from tqdm import tqdm

from pgkeras.cluster import number_of_workers
from pgkeras.errors import UserError
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.devices import possible_micro_batches
from pgkeras.training.state import TrainingState


def take_smaller_parts(state: TrainingState, folder: RunFolder, schedule: Schedule) -> None:
    """Restores the newest checkpoint and splits the phase's batches into more parts, which the run remembers.

    Args:
        state: whose step has failed; it may be half changed, or lost.
        folder: of the run.
        schedule: of the run.

    Raises:
        UserError: if there are no smaller parts, or several machines train together.
    """
    phase = schedule.at(state.progress.images_shown).phase
    now = state.config.at_resolution("micro_batches", phase.resolution)
    smaller = [each for each in possible_micro_batches(state.config, state.devices, phase) if each > now]
    if not smaller or number_of_workers() > 1:
        parts = "" if number_of_workers() > 1 else ", even in its smallest parts"
        raise UserError(
            f"{phase.name} with batch {phase.batch_size} ran out of memory{parts}; close what else uses it, and resume "
            "the run, or train again with a smaller `batch_size` or `fmap_max`"
        )
    state.set_micro_batches(phase.resolution, smaller[0])
    load_newest_checkpoint(state, folder.checkpoints)
    folder.rewind(schedule, state.progress.images_shown)
    _, description = RunFolder.open(folder.path)
    config = description.config.model_copy(update={"micro_batches": state.config.micro_batches})
    folder.write_description(description.model_copy(update={"config": config}))
    tqdm.write(
        f"{phase.name} ran out of memory. Went back to {state.progress.images_shown:,} images; its batches of "
        f"{phase.batch_size} are computed in {smaller[0]} parts now"
    )
