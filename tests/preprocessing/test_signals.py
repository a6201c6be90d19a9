import os
import signal
import threading

import pytest

from preprocessing.signals import ended_by_signals


@pytest.fixture(autouse=True)
def as_by_default():
    """The tests themselves may run under nohup."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_block_by_an_exception(number):
    cleaned = False
    with pytest.raises(SystemExit) as leaving, ended_by_signals():
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            cleaned = True
    assert cleaned
    assert leaving.value.code == 128 + number
    assert signal.getsignal(number) is signal.SIG_DFL


def test_what_is_ignored_stays_ignored():
    """As nohup wants it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with ended_by_signals():
        os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_in_a_thread_it_does_nothing():
    done = []

    def work():
        with ended_by_signals():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
