"""Ends in order, whatever signal asks for it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While the block runs, SIGTERM and SIGHUP end it by an exception, as Ctrl-C does, so that it can clean up.

    What already ignores or handles a signal, such as nohup, goes on doing so. In a thread, which gets no signals,
    nothing is changed.

    Raises:
        SystemExit: with 128 and the signal's number, as shells report it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    changed = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
