"""report.html, as training goes on."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from pgkeras.errors import UserError
from pgkeras.report import write_report
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import Progress

LARGEST_SHARE = 0.02
# What the first page is taken to cost.
SECONDS = 2.0


class Report(keras.callbacks.Callback):
    """Writes the run's report at snapshots, as long as that takes no more than a fiftieth of the time.

    Args:
        schedule: of the run.
        progress: where training stands.
        folder: of the run.
        snapshots_per_phase: sample grids in each phase.
    """

    def __init__(self, schedule: Schedule, progress: Progress, folder: RunFolder, snapshots_per_phase: int) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress
        self.folder = folder
        self.snapshots_per_phase = snapshots_per_phase
        self.began = time.monotonic()
        self.spent = 0.0
        self.cost = SECONDS

    @contextmanager
    def written_at_the_end(self) -> Iterator[None]:
        """Around the training: when it ends, is stopped or given up, the report tells of its end."""
        try:
            yield
        except UserError:
            self._write()
            raise
        self._write()

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.part = self._part()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        affordable = self.spent + self.cost <= LARGEST_SHARE * (time.monotonic() - self.began)
        if self._part() != self.part and affordable:
            self._write()

    def _write(self) -> None:
        """Days of training do not end for a page: what fails here but a disk is told, and training goes on."""
        began = time.monotonic()
        try:
            write_report(self.folder)
        except OSError:
            raise
        except Exception as error:
            warnings.warn(f"report.html was not written ({error!r}); training goes on", stacklevel=2)
        self.cost = time.monotonic() - began
        self.spent += self.cost

    def _part(self) -> tuple[int, int]:
        return self.schedule.part(self.progress.images_shown, self.snapshots_per_phase)
