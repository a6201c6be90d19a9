"""The plan of a run as a table."""

from collections.abc import Sequence

from tqdm import tqdm

from pgkeras.schedule import Phase, Schedule
from pgkeras.training.preflight import PhaseCost
from pgkeras.training.state import TrainingState

_COLUMNS = "{:>20}  {:>11}  {:>7}  {:>12}  {:>12}  {:>9}  {:>8}  {:>9}".format


def plan_table(state: TrainingState, schedule: Schedule, costs: Sequence[PhaseCost]) -> str:
    """A line for each phase: what it does and what it takes on this machine; for a run under way also what is left.

    Args:
        state: of the run.
        schedule: of the run.
        costs: of its phases, from the preflight.
    """
    lines = [_COLUMNS("phase", "images", "batch", "G rate", "D rate", "images/s", "memory", "hours")]
    for phase, cost in zip(schedule.phases, costs, strict=True):
        rates = (_rate(phase, phase.generator_learning_rate), _rate(phase, phase.discriminator_learning_rate))
        takes = (f"{1 / cost.seconds_per_image:,.1f}", tqdm.format_sizeof(cost.memory, "B"))
        hours = _hours([phase.images], [cost])
        lines.append(_COLUMNS(phase.name, f"{phase.images:,}", _batch(state, phase), *rates, *takes, hours))
    memory = tqdm.format_sizeof(max(cost.memory for cost in costs), "B")
    all_hours = _hours(schedule.images_left(0), costs)
    lines.append(_COLUMNS("all", f"{schedule.images:,}", "", "", "", "", memory, all_hours))
    if state.progress.images_shown:
        left = schedule.images_left(state.progress.images_shown)
        lines.append(_COLUMNS("left", f"{sum(left):,}", "", "", "", "", "", _hours(left, costs)))
    return "\n".join(lines)


def _hours(images: Sequence[int], costs: Sequence[PhaseCost]) -> str:
    """That so many images of each phase take."""
    seconds = sum(number * cost.seconds_per_image for number, cost in zip(images, costs, strict=True))
    return f"{seconds / 3600:,.3f}"


def _rate(phase: Phase, rate: float) -> str:
    """At the phase's beginning and, if it falls, at its end."""
    return f"{rate:g}" if phase.final_learning_rate == 1 else f"{rate:g}-{rate * phase.final_learning_rate:g}"


def _batch(state: TrainingState, phase: Phase) -> str:
    """Of 16: "2 x 8" in two parts, or on two devices, one part each."""
    parts = state.config.at_resolution("micro_batches", phase.resolution) * state.devices.number
    return f"{parts} x {phase.batch_size // parts}" if parts > 1 else str(phase.batch_size)
