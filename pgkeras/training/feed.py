"""The batches of a phase, for the devices that train it."""

from collections.abc import Generator

from pgkeras.backends import Share
from pgkeras.data import Dataset, batches
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
    """
    devices = state.devices
    shares = batches(
        data,
        phase.resolution,
        phase.images_per_step,
        seed=state.config.seed,
        start=start,
        mirror=mirror,
        replicas=devices.shares,
        replicas_in_all=devices.shares_in_all,
    ).as_numpy_iterator()
    while True:
        yield [_with_labels(next(shares)) for _ in devices.shares]


def _with_labels(share: object) -> Share:
    return share if isinstance(share, tuple) else (share, None)
