"""The batches of a phase, for the devices that train it."""

from collections.abc import Generator
from contextlib import closing

from pgkeras.backends import Share
from pgkeras.data import Batch, Dataset, batches
from pgkeras.schedule import Phase
from pgkeras.training.state import TrainingState


def feed(state: TrainingState, data: Dataset, phase: Phase, *, start: int, mirror: bool) -> Generator[list[Share]]:
    """An endless stream of what `ProgressiveGAN.train_on` takes.

    Args:
        state: whose devices to feed.
        data: all real images.
        phase: of the schedule.
        start: images shown before.
        mirror: whether half of the images are mirrored.

    Raises:
        UserError: by `next`, if an image cannot be read.
    """
    devices = state.devices
    stream = batches(
        data,
        phase.resolution,
        phase.images_per_step,
        seed=state.config.seed,
        start=start,
        mirror=mirror,
        replicas=devices.shares,
        replicas_in_all=devices.shares_in_all,
    )
    with closing(stream):
        while True:
            yield [_share(next(stream)) for _ in devices.shares]


def _share(batch: Batch) -> Share:
    return batch if isinstance(batch, tuple) else (batch, None)
