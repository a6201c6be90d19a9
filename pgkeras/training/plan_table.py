"""The plan of a run as a table."""

from collections.abc import Sequence

from tqdm import tqdm

from pgkeras.schedule import Phase, Schedule
from pgkeras.training.preflight import PhaseCost
from pgkeras.training.state import TrainingState

_COLUMNS = "{:>20}  {:>11}  {:>7}  {:>12}  {:>12}  {:>9}  {:>8}  {:>9}".format


def plan_table(state: TrainingState, schedule: Schedule, costs: Sequence[PhaseCost]) -> str:
    """A line for each phase: what it does and what it takes on this machine.

    Args:
        state: of the run.
        schedule: of the run.
        costs: of its phases, from the preflight.
    """
    lines = [_COLUMNS("phase", "images", "batch", "G rate", "D rate", "images/s", "memory", "hours")]
    seconds = 0.0
    for phase, cost in zip(schedule.phases, costs, strict=True):
        rates = (_rate(phase, phase.generator_learning_rate), _rate(phase, phase.discriminator_learning_rate))
        phase_seconds = phase.images * cost.seconds_per_image
        takes = (f"{1 / cost.seconds_per_image:,.1f}", tqdm.format_sizeof(cost.memory, "B"), _hours(phase_seconds))
        lines.append(_COLUMNS(phase.name, f"{phase.images:,}", _batch(state, phase), *rates, *takes))
        seconds += phase_seconds
    memory = tqdm.format_sizeof(max(cost.memory for cost in costs), "B")
    lines.append(_COLUMNS("all", f"{schedule.images:,}", "", "", "", "", memory, _hours(seconds)))
    return "\n".join(lines)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.3f}"


def _rate(phase: Phase, rate: float) -> str:
    """At the phase's beginning and, if it falls, at its end."""
    return f"{rate:g}" if phase.final_learning_rate == 1 else f"{rate:g}-{rate * phase.final_learning_rate:g}"


def _batch(state: TrainingState, phase: Phase) -> str:
    """Of 16: "2 x 8" in two parts, or on two devices, one part each."""
    parts = state.config.at_resolution("micro_batches", phase.resolution) * state.devices.number
    return f"{parts} x {phase.batch_size // parts}" if parts > 1 else str(phase.batch_size)
