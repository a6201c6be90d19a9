"""How much memory there is, and how much a piece of work takes at most."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from pgkeras.backends import backend

SECONDS_BETWEEN_LOOKS = 0.005
OWN_CONTROL_GROUPS = Path("/proc/self/cgroup")
CONTROL_GROUPS = Path("/sys/fs/cgroup")
# By controllers, as OWN_CONTROL_GROUPS has them: of version 2, which has one hierarchy for all, and of version 1.
_LIMITS = {"": (".", "memory.max"), "memory": ("memory", "memory.limit_in_bytes")}


def available_memory() -> float:
    """Bytes that this process may still take: what the machine has free, and what its control groups allow.

    With an accelerator it is infinite, as steps take the accelerator's memory then: that there is no more of it the
    backend says by an error (see `is_out_of_memory`).
    """
    if backend.peak_memory() is not None:
        return math.inf
    own = psutil.Process().memory_info().rss
    return min(psutil.virtual_memory().available, *(limit - own for limit in _limits()), math.inf)


def _limits() -> Iterator[int]:
    """Bytes that Linux lets a container, a batch system's job or a service have: of each group and those around it."""
    try:
        groups = OWN_CONTROL_GROUPS.read_text().splitlines()
    except OSError:
        return
    for _, controllers, path in (group.split(":", 2) for group in groups):
        if controllers in _LIMITS:
            hierarchy, name = _LIMITS[controllers]
            top = CONTROL_GROUPS / hierarchy
            own = top / path.lstrip("/")
            for group in (own, *own.parents):
                if group.is_relative_to(top):
                    with suppress(OSError, ValueError):  # there is no such file, or no limit: "max"
                        yield int((group / name).read_text())


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
