"""How long a run takes: measured or estimated costs per phase, and schedules scaled to a length."""

import time
from collections.abc import Sequence

import keras
import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset, batches, reading_data
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
        multiply_adds(state.generators[phase.resolution].straight)
        + multiply_adds(state.discriminators[phase.resolution].straight)
        for phase in schedule.phases
    ]


def multiply_adds(network: keras.Model) -> float:
    """Multiply-adds of a network's convolutions for one image.

    Args:
        network: a generator or a discriminator.
    """
    return float(
        sum(
            np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3])
            for layer in network.layers
            if isinstance(layer, EqualizedConv2D | keras.layers.Conv2D | keras.layers.Conv2DTranspose)
        )
    )


def measure_image_costs(state: TrainingState, data: Dataset, schedule: Schedule) -> list[float]:
    """Seconds per image in each phase, measured on this machine by running real steps with learning rate 0.

    The compiled steps are kept for the training; the state is left as it was.

    Args:
        state: fresh.
        data: all real images, with labels if the networks have them.
        schedule: of the run.
    """
    before = {name: np.array(variable) for name, variable in state.variables().items()}
    costs = [_measure(state, data, phase) for phase in schedule.phases]
    for name, variable in state.variables().items():
        variable.assign(before[name])
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
    short = min(Schedule.from_config(config).phases, key=lambda phase: phase.images / phase.images_per_step)
    if short.images * factor < short.images_per_step:
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


def _measure(state: TrainingState, data: Dataset, phase: Phase) -> float:
    state.set_learning_rates(0.0, 0.0)
    stopwatch = _Stopwatch(max(MEASURED_STEPS, state.config.penalty_interval))
    reals = batches(data, phase.resolution, phase.images_per_step, seed=0)
    with reading_data():
        state.gan(phase).fit(reals, steps_per_epoch=1_000_000, callbacks=[stopwatch], shuffle=False, verbose=0)
    return stopwatch.seconds_per_step / phase.images_per_step


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
