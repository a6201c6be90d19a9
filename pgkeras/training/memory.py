"""How much memory there is, and how much a piece of work takes at most."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pgkeras.backends import backend

SECONDS_BETWEEN_LOOKS = 0.005
CONTROL_GROUP = Path("/sys/fs/cgroup")


def available_memory() -> float:
    """Bytes that this process may still take: what the machine has free, and what its container allows.

    With an accelerator it is infinite, as steps take the accelerator's memory then: that there is no more of it the
    backend says by an error (see `is_out_of_memory`).
    """
    if backend.peak_memory() is not None:
        return math.inf
    free = psutil.virtual_memory().available
    try:
        limit = int((CONTROL_GROUP / "memory.max").read_text())
        free = min(free, limit - psutil.Process().memory_info().rss)
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        pass
    return free


class PeakMemory:
    """Bytes in use when the work began, and at most until now: of the fullest accelerator, or of the process."""

    def __init__(self) -> None:
        self.start = self.most = _memory_in_use()

    def look(self) -> None:
        """Takes note of the memory in use now."""
        self.most = max(self.most, _memory_in_use())


@contextmanager
def peak_memory() -> Iterator[PeakMemory]:
    """Watches the memory that a block takes.

    Yields:
        What was seen, complete when the block ends.
    """
    backend.forget_peak()
    peak = PeakMemory()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            peak.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
        peak.look()


def take_peak() -> int:
    """Bytes in use at most since the last call, of the fullest accelerator; without one, those of the process now."""
    used = _memory_in_use()
    backend.forget_peak()
    return used


def _memory_in_use() -> int:
    peak = backend.peak_memory()
    return psutil.Process().memory_info().rss if peak is None else peak
