"""What TF_CONFIG may say, and what it may not."""

import json
import sys

import pytest

from pgkeras import UserError
from pgkeras.cluster import is_chief, number_of_workers, worker
from pgkeras.train import main as train
from tests.command_lines import fail

TWO = {"worker": ["a:1", "b:1"]}
FIRST = {"type": "worker", "index": 0}


@pytest.mark.parametrize(
    ("cluster", "task", "expected"),
    [
        ({}, None, (1, 0)),
        ({}, FIRST, (1, 0)),
        ({"worker": ["a:1"]}, FIRST, (1, 0)),
        ({"master": ["a:1"], "worker": []}, {"type": "master", "index": 0}, (1, 0)),
        (TWO, FIRST, (2, 0)),
        (TWO, {"type": "worker", "index": "1"}, (2, 1)),
        ({"worker": ["b:1", "c:1"], "chief": ["a:1"]}, {"type": "chief", "index": 0}, (3, 0)),
        ({"worker": ["b:1", "c:1"], "chief": ["a:1"]}, FIRST, (3, 1)),
    ],
)
def test_machines_are_counted_and_the_first_is_the_chief(monkeypatch, cluster, task, expected):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task, "environment": "cloud"}))
    assert (number_of_workers(), worker()) == expected
    assert is_chief() == (expected[1] == 0)


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_without_a_cluster_one_machine_trains(monkeypatch, text):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if text is not None:
        monkeypatch.setenv("TF_CONFIG", text)
    assert (number_of_workers(), is_chief()) == (1, True)


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ("{cluster: }", "Invalid JSON"),
        ("[]", "should be an object"),
        ('"x"', "should be an object"),
        ("null", "should be an object"),
        ({"cluster": None}, "cluster: Input should be an object"),
        ({"cluster": {"worker": 3}, "task": FIRST}, "cluster.worker: Input should be a valid array"),
        ({"cluster": {"worker": "a:1"}, "task": FIRST}, "cluster.worker: Input should be a valid array"),
        ({"cluster": {"worker": ["a:1", None]}, "task": FIRST}, "cluster.worker.1: Input should be a valid string"),
        ({"cluster": {"worker": ["a:1", "b"]}, "task": FIRST}, "cluster.worker.1: 'b' is not host:port"),
        ({"cluster": {"worker": ["a:1", "b:99999"]}, "task": FIRST}, "'b:99999' is not host:port"),
        ({"cluster": {"worker": ["a:1", "a:1"]}, "task": FIRST}, "it names an address twice"),
        ({"cluster": {"chief": ["a:1", "b:1"]}, "task": {"type": "chief", "index": 0}}, "more than one chief"),
        ({"cluster": TWO}, "it has no task"),
        ({"cluster": TWO, "task": {"type": "worker", "index": 5}}, "its task, worker 5, is none of its machines"),
        ({"cluster": TWO, "task": {"type": "worker", "index": -1}}, "task.index: Input should be greater"),
        ({"cluster": TWO, "task": {"type": "worker", "index": "one"}}, "task.index: Input should be a valid integer"),
        ({"cluster": TWO, "task": {"type": "ps", "index": 0}}, "its task, ps 0, is none of its machines"),
        ({"cluster": TWO | {"ps": ["c:1"]}, "task": FIRST}, "it has a ps; those that train are chief and worker"),
    ],
)
def test_a_wrong_description_is_one_line(monkeypatch, described, reason):
    text = described if isinstance(described, str) else json.dumps(described)
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UserError) as raised:
        number_of_workers()
    assert reason in str(raised.value)
    assert str(raised.value).startswith(f"TF_CONFIG {text!r}: is not a description of a cluster (")


def test_training_tells_of_it_at_once(faces, capsys, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "[]")
    monkeypatch.setitem(sys.modules, "pgkeras.training.session", None)  # cannot be imported
    assert "TF_CONFIG '[]'" in fail(train, capsys, monkeypatch, faces)
