"""Reading ahead: order, errors, and a thread that ends with its stream."""

import itertools
import subprocess
import sys
import threading
import time

import pytest

from pgkeras.data.read_ahead import read_ahead


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]


def test_a_thread_makes_the_next_items_in_order():
    made = []

    def items():
        for number in itertools.count():
            made.append((number, threading.current_thread()))
            yield number

    stream = read_ahead(items(), 3)
    assert next(stream) == 0
    stream.close()
    assert 1 <= len(made) <= 3
    assert [number for number, _ in made] == list(range(len(made)))
    assert threading.current_thread() not in dict(made).values()


def test_an_error_is_raised_in_the_place_of_its_item():
    def items():
        yield from "ab"
        raise OSError("the disk is gone")

    stream = read_ahead(items(), 8)
    assert [next(stream), next(stream)] == ["a", "b"]
    with pytest.raises(OSError, match="the disk is gone"):
        next(stream)
    assert not threads()


def test_closing_ends_the_thread_without_making_more():
    made = []

    def items():
        for number in itertools.count():
            time.sleep(0.05)
            made.append(number)
            yield number

    stream = read_ahead(items(), 100)
    next(stream)
    stream.close()
    assert len(made) < 50, "of the 100 that it may hold"
    assert not threads()


def test_an_abandoned_stream_ends_its_thread():
    stream = read_ahead(itertools.count(), 3)
    next(stream)
    assert threads()
    del stream
    assert not threads()


def test_an_interrupt_ends_a_process_that_waits_for_an_item():
    """What Ctrl-C raises, raised while the first item is in the making."""
    program = """
import itertools, signal, time
from pgkeras.data.read_ahead import read_ahead
signal.setitimer(signal.ITIMER_REAL, 0.1)
signal.signal(signal.SIGALRM, signal.default_int_handler)
next(read_ahead(map(lambda number: time.sleep(0.5), itertools.count()), 4))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.stderr.strip().endswith("KeyboardInterrupt")
