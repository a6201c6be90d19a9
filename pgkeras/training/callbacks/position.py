"""Keeps the position: sets what depends on it before each step, counts images after it."""

import time

from pgkeras.gan import ProgressiveGAN
from pgkeras.schedule import Position, Schedule
from pgkeras.training.callbacks.callback import Callback
from pgkeras.training.state import TrainingState


class FollowSchedule(Callback):
    """Moves training along its schedule. It must be the first callback: the others read the progress.

    Args:
        schedule: of the run.
        state: of the run; its progress counts images and seconds.
    """

    def __init__(self, schedule: Schedule, state: TrainingState) -> None:
        self.schedule = schedule
        self.state = state
        self.progress = state.progress

    def phase_begins(self, gan: ProgressiveGAN) -> None:
        self.gan = gan
        self.before: Position | None = None

    def before_step(self) -> None:
        self.position = position = self.schedule.at(self.progress.images_shown)
        # An assignment takes as long as a layer at 4x4: only what changes is assigned.
        if self._changes("alpha"):
            self.gan.set_alpha(position.alpha)
        if self._changes("penalty_factor"):
            self.gan.set_penalty_factor(position.penalty_factor)
        if self._changes("ema_decay"):
            self.gan.set_ema_decay(self.state.ema_decay(position))
        if self._changes("generator_learning_rate") or self._changes("discriminator_learning_rate"):
            self.state.follow_learning_rates(position)
        self.before = position
        self.began = time.perf_counter()

    def _changes(self, name: str) -> bool:
        return self.before is None or getattr(self.before, name) != getattr(self.position, name)

    def after_step(self, values: dict[str, float]) -> None:
        self.progress.images_shown += self.position.phase.images_per_step
        seconds = time.perf_counter() - self.began
        self.progress.seconds += seconds
        self.progress.tick_seconds += seconds
