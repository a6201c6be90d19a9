"""How engines end, what Ray is asked for, and what its errors become; test_collections.py crops with them."""

import io
import os
import signal
import sys
import threading
from types import SimpleNamespace

import pytest

from pgkeras.errors import UserError
from preprocessing.engines import ray_cluster, threads
from preprocessing.signals import ended_by_signals
from tests.command_lines import ROOT


class Terminal(io.StringIO):
    """Remembers that something was said."""

    def __init__(self):
        super().__init__()
        self.said = threading.Event()

    def write(self, text):
        super().write(text)
        self.said.set()


def test_ctrl_c_keeps_what_is_being_computed_and_begins_nothing(monkeypatch):
    terminal, both, begun, kept = Terminal(), threading.Barrier(2), [], {}
    monkeypatch.setattr(sys, "stderr", terminal)

    def task(photos):
        begun.append(photos[0])
        both.wait(10)
        if photos[0] == 0:
            os.kill(os.getpid(), signal.SIGINT)
        assert terminal.said.wait(10)
        return bytes(photos)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), ended_by_signals(), threads(2) as compute:
            for number, result in compute(task, [(number, ([number] * 3,)) for number in range(9)]):
                kept |= {number: result}
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(begun) == [0, 1]
    assert kept == {0: bytes([0, 0, 0]), 1: bytes([1, 1, 1])}
    assert terminal.getvalue() == "finishing 6 photos before ending\n"


class RayError(Exception):
    pass


@pytest.fixture
def ray(monkeypatch):
    """A Ray that computes at once, in this process, and remembers how it was started."""
    started = {}
    fake = SimpleNamespace(
        started=started,
        init=lambda **options: started.update(options),
        remote=lambda **options: lambda task: SimpleNamespace(remote=lambda *arguments: lambda: task(*arguments)),
        wait=lambda running, timeout: (running[:1], running[1:]),
        get=lambda reference: reference(),
        shutdown=lambda: None,
        ObjectRef=object,
        exceptions=SimpleNamespace(RayError=RayError),
    )
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return fake


def test_workers_find_the_package_where_the_driver_has_it(ray):
    with ray_cluster(3) as compute:
        chunks = [(number, ([number],)) for number in range(9)]
        assert sorted(compute(bytes, chunks)) == [(number, bytes([number])) for number in range(9)]
    path = ray.started["runtime_env"]["env_vars"]["PYTHONPATH"]
    assert path.split(os.pathsep) == [str(ROOT), "${PYTHONPATH}"]
    assert ray.started["num_cpus"] == 3


def test_a_worker_that_fails_is_one_line(ray):
    class TaskError(RayError):
        cause = RayError(
            "System error: No module named 'preprocessing'\ntraceback: Traceback (most recent call last):\n"
        )

    def fail(photos):
        raise TaskError("ray::find_faces() (pid=1)")

    line = r"^`engine` ray: a worker failed \(System error: No module named 'preprocessing'\); install [^\n]*$"
    with ray_cluster(1) as compute, pytest.raises(UserError, match=line):
        list(compute(fail, [(0, ([],))]))
