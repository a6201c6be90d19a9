"""Whether the devices that train can share the batches."""

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.schedule import Schedule


def check_shares(config: ProgressiveConfig, replicas: int) -> None:
    """Makes sure that every batch can be split among the devices.

    Args:
        config: of the run.
        replicas: devices on all machines.

    Raises:
        UserError: if one cannot, in the parts that the config wants.
    """
    for phase in Schedule.from_config(config).phases:
        at = f"at {phase.resolution}x{phase.resolution}"
        share, rest = divmod(phase.batch_size, replicas)
        if rest:
            raise UserError(
                f"`batch_size` {phase.batch_size} {at}: cannot be split among {replicas} devices; give a multiple of "
                f"{replicas}, best of {replicas * config.minibatch_stddev_group}"
            )
        parts = config.at_resolution("micro_batches", phase.resolution)
        if parts not in config.possible_micro_batches(share):
            possible = ", ".join(map(str, config.possible_micro_batches(share)))
            raise UserError(f"`micro_batches` {parts} {at}: a device has {share} images; possible: {possible}")
