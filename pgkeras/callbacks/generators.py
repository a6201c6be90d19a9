"""The generators themselves, as training goes on."""

import shutil

import keras

from pgkeras.atomic import atomic_path
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import Progress


class Generators(keras.callbacks.Callback):
    """Keeps the average generator of every snapshot, and in straight phases also as the resolution's newest.

    Args:
        schedule: of the run.
        progress: where training stands.
        folder: of the run.
        snapshots_per_phase: in each phase.
    """

    def __init__(self, schedule: Schedule, progress: Progress, folder: RunFolder, snapshots_per_phase: int) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress
        self.folder = folder
        self.snapshots_per_phase = snapshots_per_phase

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.position = self.schedule.at(self.progress.images_shown)
        self.part = self._part()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._part() == self.part:
            return
        snapshot = self.folder.snapshot(self.position.resolution, self.progress.images_shown)
        with atomic_path(snapshot) as temporary:
            self.model.ema_generator.save(temporary)
        if not self.position.phase.fade_in:
            with atomic_path(self.folder.generator(self.position.resolution)) as temporary:
                shutil.copyfile(snapshot, temporary)

    def _part(self) -> tuple[int, int]:
        return self.schedule.part(self.progress.images_shown, self.snapshots_per_phase)
