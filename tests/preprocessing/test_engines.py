"""What Ray is asked for, and what its errors become; test_collections.py crops with it."""

import os
import sys
from types import SimpleNamespace

import pytest

from pgkeras.errors import UserError
from preprocessing.engines import ray_cluster
from tests.command_lines import ROOT


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
