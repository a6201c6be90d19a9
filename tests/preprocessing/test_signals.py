import os
import signal
import threading

import pytest

from preprocessing.signals import end_if_asked, ended_by_signals


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
            end_if_asked()
            os.kill(os.getpid(), number)
            end_if_asked()
        finally:
            cleaned = True
    assert cleaned
    assert leaving.value.code == 128 + number
    assert signal.getsignal(number) is signal.SIG_DFL
    end_if_asked()


def test_ctrl_c_is_an_interrupt_and_a_second_one_does_not_wait():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), ended_by_signals():
            os.kill(os.getpid(), signal.SIGINT)
            end_if_asked()
        with pytest.raises(KeyboardInterrupt), ended_by_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_while_an_object_is_freed_is_not_lost():
    """What is raised there is ignored; a module that is imported in that moment never gets its lock back."""

    class Freed:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(1000):  # the handler runs here
                pass

    with pytest.raises(SystemExit), ended_by_signals():
        Freed()
        end_if_asked()


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
