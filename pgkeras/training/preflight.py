"""Before the first step of a run: every phase is built and run for a moment, so that none can fail days later."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from pgkeras.backends import backend
from pgkeras.data import Dataset
from pgkeras.errors import UserError
from pgkeras.schedule import Phase, Schedule
from pgkeras.training.devices import possible_micro_batches
from pgkeras.training.feed import feed
from pgkeras.training.memory import available_memory, peak_memory
from pgkeras.training.state import TrainingState

MEASURED_STEPS = 3
ENOUGH_SECONDS = 5.0
# Of the memory that is free now; the rest is for the growth that the prediction does not see.
USABLE = 0.9


@dataclass(frozen=True)
class PhaseCost:
    """What a phase takes on this machine.

    Attributes:
        seconds_per_image: of training steps, after the first.
        memory: bytes in use at most.
        micro_batches: parts in which a device's batch fits.
        tracing_seconds: of the first step, beyond those of the later ones.
    """

    seconds_per_image: float
    memory: int
    micro_batches: int
    tracing_seconds: float


def preflight(state: TrainingState, data: Dataset, schedule: Schedule, *, seconds: float) -> list[PhaseCost]:
    """Runs a few real steps of every phase with learning rate 0, in smaller parts where they do not fit into memory.

    The compiled steps are kept for the training, and `state.config` has the micro-batches that were found. All else in
    the state is left as it was.

    Args:
        state: fresh.
        data: all real images, with labels if the networks have them.
        schedule: of the run.
        seconds: to measure each phase for, after the first step, and three steps at least; 0 if fewer will do where
            steps are slow.

    Raises:
        UserError: if a phase does not fit even in its smallest parts.
    """
    before = {name: _unless_zero(np.array(variable)) for name, variable in state.variables().items()}

    def restore() -> None:
        for name, variable in state.variables().items():
            variable.assign(np.zeros(variable.shape, variable.dtype) if before[name] is None else before[name])

    costs, growth = [], None
    for phase in schedule.phases:
        cost, growth = _try_parts(state, data, phase, growth, seconds, restore)
        costs.append(cost)
    restore()
    return costs


@dataclass(frozen=True)
class _Growth:
    """Bytes that a phase's steps took beyond what was there before, and how many activations they had at a time."""

    taken: int
    activations: float

    def at(self, activations: float) -> float:
        """Bytes that steps with more activations would take."""
        return self.taken * activations / self.activations


def _try_parts(
    state: TrainingState,
    data: Dataset,
    phase: Phase,
    growth: _Growth | None,
    seconds: float,
    restore: Callable[[], None],
) -> tuple[PhaseCost, _Growth]:
    """The cost of a phase in the fewest parts that fit."""
    activations = _activations(state, phase)
    for micro_batches in _possible_micro_batches(state, phase):
        needed = growth.at(activations / micro_batches) if growth else 0.0
        (does_not_fit,) = state.devices.agree(needed > USABLE * available_memory())
        if does_not_fit:
            continue
        state.set_micro_batches(phase.resolution, micro_batches)
        try:
            with peak_memory() as peak:
                measured = _measure(state, data, phase, seconds)
        except Exception as error:
            if not backend.is_out_of_memory(error):
                raise
            restore()  # JAX has given away the state of a step that has failed.
            continue
        found = _Growth(max(peak.most - peak.start, 1), activations / micro_batches)
        cost = PhaseCost(
            seconds_per_image=measured.seconds_per_step / phase.images_per_step,
            memory=peak.most,
            micro_batches=micro_batches,
            tracing_seconds=measured.first - measured.seconds_per_step,
        )
        return cost, found
    free = available_memory()
    sizes = f": {tqdm.format_sizeof(needed, 'B')} are needed, {tqdm.format_sizeof(free, 'B')} free"
    raise UserError(
        f"{phase.name} with batch {phase.batch_size} does not fit into memory, even in its smallest parts"
        f"{sizes if does_not_fit else ''}; give a smaller `batch_size` or `fmap_max`, or `resolution` "
        f"{phase.resolution // 2}"
    )


def _possible_micro_batches(state: TrainingState, phase: Phase) -> Iterator[int]:
    """As many parts as the config wants, or more."""
    wanted = state.config.at_resolution("micro_batches", phase.resolution)
    possible = possible_micro_batches(state.config, state.devices, phase)
    return (number for number in possible if number >= wanted)


def _activations(state: TrainingState, phase: Phase) -> float:
    """Numbers that the layers of both networks give for one batch."""
    networks = (state.generators[phase.resolution].straight, state.discriminators[phase.resolution].straight)
    return phase.batch_size * sum(float(np.prod(layer.output.shape[1:])) for each in networks for layer in each.layers)


def _measure(state: TrainingState, data: Dataset, phase: Phase, seconds: float) -> "_Stopwatch":
    state.set_learning_rates(0.0, 0.0)
    gan = state.gan(phase)
    with closing(feed(state, data, phase, start=0, mirror=True)) as reals:
        stopwatch = _Stopwatch(max(MEASURED_STEPS, state.config.penalty_interval), seconds)
        enough = False
        while not enough:
            gan.train_on(next(reals))
            stopwatch.step_ended()
            (enough,) = state.devices.agree(stopwatch.has_seen_enough)  # each machine has a clock of its own
    return stopwatch


def _unless_zero(array: np.ndarray) -> np.ndarray | None:
    """The array; None for zeros, as the optimizers' moments are, which need not be kept."""
    return array if array.any() else None


class _Stopwatch:
    """Times steps after the first one, which traces.

    Args:
        steps: to time at least.
        seconds: to time at least; 0 for fewer steps where they are slow.
    """

    def __init__(self, steps: int, seconds: float) -> None:
        self.steps = steps
        self.seconds = seconds
        self.has_seen_enough = False
        self.ends = []
        self.began = time.perf_counter()

    def step_ended(self) -> None:
        self.ends.append(time.perf_counter())
        self.first = self.ends[0] - self.began
        steps = len(self.ends) - 1
        if steps:
            measured = self.ends[-1] - self.ends[0]
            self.seconds_per_step = measured / steps
            slow = not self.seconds and measured >= ENOUGH_SECONDS
            self.has_seen_enough = slow or (steps >= self.steps and measured >= self.seconds)
