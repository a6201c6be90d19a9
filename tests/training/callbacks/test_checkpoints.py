"""A stop asked for by a signal."""

import os
import signal
from types import SimpleNamespace

import pytest

from pgkeras.training.callbacks import Checkpoints, checkpoints


@pytest.fixture
def callback():
    devices = SimpleNamespace(agree=lambda *votes: list(votes))
    callback = Checkpoints(SimpleNamespace(devices=devices), folder=None, minutes=5)
    callback.phase_begins(None)
    return callback


@pytest.mark.parametrize("number", checkpoints.STOP_SIGNALS)
def test_a_signal_while_the_machines_vote_stops_after_the_next_step(callback, monkeypatch, number):
    def agree(*votes: bool) -> list[bool]:
        os.kill(os.getpid(), number)
        return list(votes)

    with callback.stopping_on_signals():
        with monkeypatch.context() as voting:
            voting.setattr(callback.state.devices, "agree", agree)
            callback.after_step({})
        assert not callback.stopped
        callback.after_step({})
    assert callback.stopped


def test_nothing_is_stopped_that_the_machines_have_not_agreed_on(callback):
    """Or this one would leave the others waiting for it in their next step."""
    with callback.stopping_on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        assert not callback.stopped
        callback.after_step({})
    assert callback.stopped


def test_a_stop_that_another_machine_asked_for_is_this_ones_too(callback, monkeypatch):
    monkeypatch.setattr(callback.state.devices, "agree", lambda *votes: [True, False])
    callback.after_step({})
    assert callback.stopped
