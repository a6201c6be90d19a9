"""When a snapshot is due, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import keras

from pgkeras.gan import ProgressiveGAN
from pgkeras.schedule import Position, Schedule
from pgkeras.training.callbacks.callback import Callback
from pgkeras.training.state import Progress


@dataclass(frozen=True)
class Snapshot:
    """What training has come to.

    Attributes:
        generator: the average one, at the resolution that was trained.
        position: in the schedule, of the last step.
        images_shown: after that step.
    """

    generator: keras.Model
    position: Position
    images_shown: int


class Writer(Protocol):
    """What writes something at every snapshot."""

    def write(self, snapshot: Snapshot) -> None:
        """Writes it.

        Args:
            snapshot: the newest.
        """


class Snapshots(Callback):
    """Cuts every phase into equal parts, and takes a snapshot at the end of each.

    Args:
        schedule: of the run.
        progress: where training stands.
        snapshots_per_phase: in each phase.
        writers: called in this order: what reads the files of others comes after them.
    """

    def __init__(
        self, schedule: Schedule, progress: Progress, snapshots_per_phase: int, writers: Sequence[Writer]
    ) -> None:
        self.schedule = schedule
        self.progress = progress
        self.snapshots_per_phase = snapshots_per_phase
        self.writers = writers

    def phase_begins(self, gan: ProgressiveGAN) -> None:
        self.gan = gan

    def before_step(self) -> None:
        self.position = self.schedule.at(self.progress.images_shown)
        self.part = self._part()

    def after_step(self, values: dict[str, float]) -> None:
        if self._part() == self.part:
            return
        snapshot = Snapshot(self.gan.ema_generator, self.position, self.progress.images_shown)
        for writer in self.writers:
            writer.write(snapshot)

    def _part(self) -> tuple[int, int]:
        return self.schedule.part(self.progress.images_shown, self.snapshots_per_phase)
