"""How long a run takes: measured or estimated costs per phase, and schedules scaled to a length."""

import time
from collections.abc import Sequence

import keras
import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.data import batches
from pgkeras.errors import UserError
from pgkeras.layers import EqualizedConv2D
from pgkeras.schedule import Phase, Schedule
from pgkeras.training.state import TrainingState

WARM_UP_STEPS = 2
MEASURED_STEPS = 3
MEASURED_SECONDS = 1.5
RESERVE = 0.1


def estimate_image_costs(state: TrainingState, schedule: Schedule) -> list[float]:
    """Multiply-adds of the convolutions that one image passes, for each phase: proportional to its time, roughly.

    Args:
        state: its networks.
        schedule: of the run.
    """
    return [
        sum(
            np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3])
            for pairs in (state.generators, state.discriminators)
            for layer in pairs[phase.resolution].straight.layers
            if isinstance(layer, EqualizedConv2D)
        )
        for phase in schedule.phases
    ]


def measure_image_costs(state: TrainingState, images: np.ndarray, schedule: Schedule) -> list[float]:
    """Seconds per image in each phase, measured on this machine by running real steps with learning rate 0.

    The compiled steps are kept for the training. Networks and random state are left as they were; the optimizers'
    moments are forgotten when the first phase begins.

    Args:
        state: fresh.
        images: uint8 (images, side, side, channels), all real images.
        schedule: of the run.
    """
    random_state = np.asarray(state.seed_generator.state)
    costs = [_measure(state, images, phase) for phase in schedule.phases]
    state.seed_generator.state.assign(random_state)
    return costs


def scaled_to(config: ProgressiveConfig, factor: float) -> ProgressiveConfig:
    """Lengthens or shortens all phases by one factor.

    Args:
        config: whose phases keep their proportions.
        factor: of the images shown in each phase.

    Raises:
        UserError: if a phase would be shorter than one step.
    """
    scaled = {
        option: {resolution: config.at_resolution(option, resolution) * factor for resolution in config.resolutions}
        for option in ("straight_kimg", "fade_in_kimg")
    }
    short = min(Schedule.from_config(config).phases, key=lambda phase: phase.images / phase.batch_size)
    if short.images * factor < short.batch_size:
        raise UserError(
            f"the schedule would shrink {factor:.2g}-fold, {short.name} to less than one step; give it more, or lower "
            "--resolution"
        )
    return ProgressiveConfig(**config.model_dump() | scaled)


def factor_for_kimg(config: ProgressiveConfig, kimg: float) -> float:
    """The factor by which the schedule shows `kimg` thousand images in all.

    Args:
        config: of the run.
        kimg: thousands of real images.
    """
    return 1000 * kimg / Schedule.from_config(config).images


def factor_for_seconds(config: ProgressiveConfig, image_costs: Sequence[float], seconds: float) -> float:
    """The factor by which all phases together take a given time.

    Args:
        config: of the run.
        image_costs: measured seconds per image in each phase.
        seconds: for training; part of them is kept for samples and checkpoints.

    Raises:
        UserError: if no time is left.
    """
    if seconds <= 0:
        raise UserError("measuring this machine's speed took longer than --minutes; give it more time")
    phases = Schedule.from_config(config).phases
    return (1 - RESERVE) * seconds / sum(phase.images * cost for phase, cost in zip(phases, image_costs, strict=True))


def _measure(state: TrainingState, images: np.ndarray, phase: Phase) -> float:
    state.set_learning_rates(0.0, 0.0)
    stopwatch = _Stopwatch(max(MEASURED_STEPS, state.config.penalty_interval))
    reals = batches(images, phase.resolution, phase.batch_size, seed=0)
    state.gan(phase).fit(reals, steps_per_epoch=1_000_000, callbacks=[stopwatch], shuffle=False, verbose=0)
    return stopwatch.seconds_per_step / phase.batch_size


class _Stopwatch(keras.callbacks.Callback):
    """Times steps after the first ones, which trace and warm up, and ends `fit` when it has seen enough.

    Args:
        steps: to time at least.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.ends = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.ends.append(time.perf_counter())
        measured = self.ends[WARM_UP_STEPS - 1 :]
        self.seconds_per_step = (measured[-1] - measured[0]) / max(1, len(measured) - 1) if measured else 0.0
        if len(measured) > self.steps and measured[-1] - measured[0] > MEASURED_SECONDS:
            self.model.stop_training = True
