"""Checkpoints by the clock, at the end of every phase, and when the user stops the run."""

import signal
import time

import keras

from pgkeras.training.checkpoint import save_checkpoint
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import TrainingState

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Checkpoints(keras.callbacks.Callback):
    """Saves the full state; Ctrl-C and SIGTERM end `fit` after the current step with a checkpoint.

    Args:
        state: of the training.
        folder: of the run.
        minutes: from one checkpoint to the next.
    """

    def __init__(self, state: TrainingState, folder: RunFolder, minutes: float) -> None:
        super().__init__()
        self.state = state
        self.folder = folder
        self.seconds = 60 * minutes
        self.stopped = False

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.saved = time.monotonic()
        self.handlers = {number: signal.signal(number, self._stop) for number in STOP_SIGNALS}

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.stopped:
            self.model.stop_training = True
        elif time.monotonic() - self.saved >= self.seconds:
            save_checkpoint(self.state, self.folder.checkpoints)
            self.saved = time.monotonic()

    def on_train_end(self, logs: dict | None = None) -> None:
        save_checkpoint(self.state, self.folder.checkpoints)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: object) -> None:
        self.stopped = True
