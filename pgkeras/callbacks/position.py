"""Keeps the position: sets alpha before each step, counts images after it."""

import time

import keras

from pgkeras.schedule import Schedule
from pgkeras.training.state import Progress


class FollowSchedule(keras.callbacks.Callback):
    """Moves training along its schedule. It must be the first callback: the others read the progress.

    Args:
        schedule: of the run.
        progress: counts images and seconds.
    """

    def __init__(self, schedule: Schedule, progress: Progress) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.position = self.schedule.at(self.progress.images_shown)
        self.model.set_alpha(self.position.alpha)
        self.began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.progress.images_shown += self.position.phase.images_per_step
        seconds = time.perf_counter() - self.began
        self.progress.seconds += seconds
        self.progress.tick_seconds += seconds
