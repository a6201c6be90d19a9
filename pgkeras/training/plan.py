"""How long a run takes, and schedules scaled to a length."""

from collections.abc import Sequence

import keras
import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.layers import EqualizedConv2D, FusedConv2D
from pgkeras.schedule import Schedule
from pgkeras.training.state import TrainingState

RESERVE = 0.1
_CONVOLUTIONS = EqualizedConv2D | FusedConv2D | keras.layers.Conv2D | keras.layers.Conv2DTranspose


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
            np.prod(layer.kernel.shape) * min(np.prod(each.shape[1:3]) for each in (layer.input, layer.output))
            for layer in network.layers
            if isinstance(layer, _CONVOLUTIONS)
        )
    )


def scaled_to(config: ProgressiveConfig, factor: float) -> ProgressiveConfig:
    """Lengthens or shortens all phases by one factor.

    Args:
        config: whose phases keep their proportions.
        factor: of the images shown in each phase.
    """
    scaled = {
        option: {resolution: config.at_resolution(option, resolution) * factor for resolution in config.resolutions}
        for option in ("straight_kimg", "fade_in_kimg")
    }
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
        raise UserError("measuring this machine's speed took longer than `minutes`; give it more time")
    phases = Schedule.from_config(config).phases
    return (1 - RESERVE) * seconds / sum(phase.images * cost for phase, cost in zip(phases, image_costs, strict=True))
