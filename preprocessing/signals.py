"""Ends in order, whatever signal asks for it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
ENDING = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
_received: list[int] = []


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While the block runs, Ctrl-C, SIGTERM and SIGHUP end it at the next `end_if_asked`, so that it can clean up.

    An exception that a handler raises can be lost, and can leave a lock behind that threads then wait for: Python's
    imports call back when an object is freed, and whatever is raised there is ignored. Whoever sends a second signal
    takes that risk.

    What already ignores or handles a signal, such as nohup, goes on doing so. In a thread, which gets no signals,
    nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    changed = [number for number, handler in before.items() if handler in (signal.SIG_DFL, signal.default_int_handler)]
    for number in changed:
        signal.signal(number, _remember)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])
        _received.clear()


def asked_to_end() -> bool:
    """Whether a signal has come."""
    return bool(_received)


def end_if_asked() -> None:
    """Where the work can stop.

    Raises:
        KeyboardInterrupt: if a SIGINT has come.
        SystemExit: if another signal has, with 128 and its number, as shells report it.
    """
    if not asked_to_end():
        return
    if _received[0] == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + _received[0])


def _remember(number: int, frame: FrameType | None) -> None:
    if _received:
        raise KeyboardInterrupt
    _received.append(number)
