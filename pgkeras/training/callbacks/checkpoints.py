"""Checkpoints by the clock and at the end of every phase; a stop asked for by the user is followed by one."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pgkeras.gan import ProgressiveGAN
from pgkeras.runs.folder import RunFolder
from pgkeras.training.callbacks.callback import Callback
from pgkeras.training.checkpoint import save_checkpoint
from pgkeras.training.state import TrainingState

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Checkpoints(Callback):
    """Saves the full state; once a stop is asked for, ends training after the current step, on all machines alike.

    Args:
        state: of the training.
        folder: of the run.
        minutes: from one checkpoint to the next.

    Attributes:
        stopped: whether all machines have agreed to stop.
    """

    def __init__(self, state: TrainingState, folder: RunFolder, minutes: float) -> None:
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

    def phase_begins(self, gan: ProgressiveGAN) -> None:
        self.saved = time.monotonic()

    def after_step(self, values: dict[str, float]) -> None:
        due = time.monotonic() - self.saved >= self.seconds
        self.stopped, due = self.state.devices.agree(self.asked, due)
        if due and not self.stopped:
            save_checkpoint(self.state, self.folder.checkpoints)
            self.saved = time.monotonic()

    def phase_ends(self) -> None:
        save_checkpoint(self.state, self.folder.checkpoints)

    def _stop(self, number: int, frame: object) -> None:
        self.asked = True
        with suppress(RuntimeError):  # the signal came in the middle of another line
            print("stopping after this step ...", file=sys.stderr, flush=True)
