"""Checkpoints by the clock and at the end of every phase; a stop asked for by the user is followed by one."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from pgkeras.runs.folder import RunFolder
from pgkeras.training.checkpoint import save_checkpoint
from pgkeras.training.devices import agree
from pgkeras.training.state import TrainingState

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Checkpoints(keras.callbacks.Callback):
    """Saves the full state; once a stop is asked for, ends `fit` after the current step, on all machines alike.

    Args:
        state: of the training.
        folder: of the run.
        minutes: from one checkpoint to the next.

    Attributes:
        stopped: whether all machines have agreed to stop.
    """

    def __init__(self, state: TrainingState, folder: RunFolder, minutes: float) -> None:
        super().__init__()
        self.state = state
        self.folder = folder
        self.seconds = 60 * minutes
        self.asked = False
        self.stopped = False

    @contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """While the block runs, Ctrl-C and SIGTERM ask for a stop; in a thread, which gets no signals, nothing does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handlers = {number: signal.signal(number, self._stop) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.saved = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        due = time.monotonic() - self.saved >= self.seconds
        self.stopped, due = agree(self.state.strategy, self.asked, due)
        if self.stopped:
            self.model.stop_training = True
        elif due:
            save_checkpoint(self.state, self.folder.checkpoints)
            self.saved = time.monotonic()

    def on_train_end(self, logs: dict | None = None) -> None:
        save_checkpoint(self.state, self.folder.checkpoints)

    def _stop(self, number: int, frame: object) -> None:
        self.asked = True
