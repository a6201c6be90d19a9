"""A stop asked for by a signal."""

import os
import signal
from types import SimpleNamespace

import pytest
import tensorflow as tf

from pgkeras.callbacks import Checkpoints, checkpoints


@pytest.fixture
def callback():
    callback = Checkpoints(SimpleNamespace(strategy=tf.distribute.get_strategy()), folder=None, minutes=5)
    callback.set_model(SimpleNamespace(stop_training=False))
    callback.on_train_begin()
    return callback


@pytest.mark.parametrize("number", checkpoints.STOP_SIGNALS)
def test_a_signal_while_the_machines_vote_stops_after_the_next_step(callback, monkeypatch, number):
    def agree(strategy, *votes: bool) -> list[bool]:
        os.kill(os.getpid(), number)
        return list(votes)

    with callback.stopping_on_signals():
        with monkeypatch.context() as voting:
            voting.setattr(checkpoints, "agree", agree)
            callback.on_train_batch_end(0)
        assert not callback.stopped
        callback.on_train_batch_end(1)
    assert callback.stopped
    assert callback.model.stop_training


def test_nothing_is_stopped_that_the_machines_have_not_agreed_on(callback):
    """Or this one would leave the others waiting for it in their next step."""
    with callback.stopping_on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        assert not callback.stopped
        callback.on_train_batch_end(0)
    assert callback.stopped


def test_a_stop_that_another_machine_asked_for_is_this_ones_too(callback, monkeypatch):
    monkeypatch.setattr(checkpoints, "agree", lambda strategy, *votes: [True, False])
    callback.on_train_batch_end(0)
    assert callback.stopped
    assert callback.model.stop_training
