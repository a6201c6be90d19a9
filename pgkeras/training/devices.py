"""Whether the devices that train can share the batches."""

from pgkeras.backends import Devices
from pgkeras.cluster import number_of_workers
from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.schedule import Phase, Schedule


def check_shares(config: ProgressiveConfig, devices: Devices) -> None:
    """Makes sure that every batch can be split among the devices.

    Args:
        config: of the run.
        devices: that train.

    Raises:
        UserError: if one cannot, in the parts that the config wants.
    """
    phases = Schedule.from_config(config).phases
    for phase in phases:
        at = f"at {phase.resolution}x{phase.resolution}"
        if phase.batch_size % devices.number:
            fitting = max(
                fewer for fewer in range(1, devices.number) if not any(each.batch_size % fewer for each in phases)
            )
            fewer = "" if number_of_workers() > 1 else f"`devices` {fitting}, or "
            raise UserError(
                f"`batch_size` {phase.batch_size} {at}: cannot be split among {devices.number} devices; give {fewer}a "
                f"multiple of {devices.number}, best of {devices.number * config.minibatch_stddev_group}"
            )
        parts = config.at_resolution("micro_batches", phase.resolution)
        possible = possible_micro_batches(config, devices, phase)
        if parts not in possible:
            share, choice = phase.batch_size // devices.shares_in_all, ", ".join(map(str, possible))
            raise UserError(f"`micro_batches` {parts} {at}: a device has {share} images; possible: {choice}")


def possible_micro_batches(config: ProgressiveConfig, devices: Devices, phase: Phase) -> list[int]:
    """Into how many parts what a step sees at a time can be split: a device's share, or on JAX the whole batch.

    Args:
        config: of the run.
        devices: that train.
        phase: of the schedule.
    """
    return config.possible_micro_batches(phase.batch_size // devices.shares_in_all)
