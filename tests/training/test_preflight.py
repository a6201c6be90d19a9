"""Before a run: every phase is tried, in smaller parts where it does not fit, and nothing is changed by it."""

import math
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.backends import backend
from pgkeras.data import open_dataset
from pgkeras.gan import ProgressiveGAN
from pgkeras.schedule import Schedule
from pgkeras.training import memory, preflight
from pgkeras.training.state import TrainingState

CONFIG = ProgressiveConfig(
    resolution=8, fmap_max=8, latent_size=6, batch_size=16, straight_kimg=1, fade_in_kimg=1, precision="float32"
)
SCHEDULE = Schedule.from_config(CONFIG)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "faces.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8))
    return open_dataset(path)


@pytest.mark.slow
def test_every_phase_is_tried_and_the_state_left_as_it_was(data, monkeypatch):
    state = TrainingState(CONFIG, "float32")
    seen = []
    step = ProgressiveGAN.step

    def count(self, reals, labels):
        seen.append((tuple(reals.shape), bool(self.fades)))
        return step(self, reals, labels)

    monkeypatch.setattr(ProgressiveGAN, "step", count)
    before = {name: np.array(variable) for name, variable in state.variables().items()}
    costs = preflight.preflight(state, data, SCHEDULE, seconds=0)
    assert dict.fromkeys(seen) == dict.fromkeys([((16, 4, 4, 3), False), ((16, 8, 8, 3), True), ((16, 8, 8, 3), False)])
    assert len(costs) == 3
    assert all(0 < cost.seconds_per_image < 1 and cost.memory > 1e8 and cost.micro_batches == 1 for cost in costs)
    for name, variable in state.variables().items():
        np.testing.assert_array_equal(np.asarray(variable), before[name], err_msg=name)
    assert state.config is CONFIG


@pytest.mark.parametrize(("seconds", "steps"), [(0, 3), (5, 3), (7, 4)])
def test_speed_is_that_of_the_steps_after_the_first(monkeypatch, seconds, steps):
    """By a clock on which the first step takes 10 seconds and the others 2 each: three of them or more are timed."""
    clock = iter([0, *range(10, 100, 2)])
    monkeypatch.setattr(preflight, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    stopwatch = preflight._Stopwatch(3, seconds)
    for _ in range(1 + steps):
        assert not stopwatch.has_seen_enough
        stopwatch.step_ended()
    assert stopwatch.has_seen_enough
    assert (stopwatch.first, stopwatch.seconds_per_step) == (10, 2)


def test_a_resolution_that_does_not_fit_gets_micro_batches(data, monkeypatch):
    """8x8 would need four times the memory of 4x4 or more: with room for half of that, its batch is dealt in parts."""
    state = TrainingState(CONFIG, "float32")
    activations = [preflight._activations(state, phase) for phase in SCHEDULE.phases]
    monkeypatch.setattr(preflight, "_measure", lambda *_: SimpleNamespace(first=2.0, seconds_per_step=1.0))
    monkeypatch.setattr(preflight, "peak_memory", lambda: FakePeak(1000))
    room = 1000 * activations[1] / activations[0] / 2
    monkeypatch.setattr(preflight, "available_memory", lambda: 1.01 * room / preflight.USABLE)
    costs = preflight.preflight(state, data, SCHEDULE, seconds=0)
    assert [cost.micro_batches for cost in costs] == [1, 2, 2]
    assert state.config.micro_batches == {4: 1, 8: 2}


class OutOfMemoryError(Exception):
    """As a backend raises one."""


@pytest.fixture
def out_of_memory(monkeypatch):
    monkeypatch.setattr(backend, "is_out_of_memory", lambda error: isinstance(error, OutOfMemoryError))


class FakePeak:
    """A step that takes so many bytes."""

    def __init__(self, taken: int) -> None:
        self.start, self.most = 0, taken

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.mark.slow
def test_a_device_that_runs_out_of_memory_gets_micro_batches(data, monkeypatch, out_of_memory):
    state = TrainingState(CONFIG, "float32")
    measure = preflight._measure

    def run_out(state, data, phase, seconds):
        if phase.resolution == 8 and state.config.at_resolution("micro_batches", 8) < 4:
            raise OutOfMemoryError
        return measure(state, data, phase, seconds)

    monkeypatch.setattr(preflight, "_measure", run_out)
    costs = preflight.preflight(state, data, SCHEDULE, seconds=0)
    assert [cost.micro_batches for cost in costs] == [1, 4, 4]
    assert state.gan(SCHEDULE.phases[-1]).micro_batches == 4


def test_what_does_not_fit_in_its_smallest_parts_is_refused(data, monkeypatch):
    state = TrainingState(CONFIG, "float32")
    free = iter([10**9] + [100] * 10)
    monkeypatch.setattr(preflight, "_measure", lambda *_: SimpleNamespace(first=2.0, seconds_per_step=1.0))
    monkeypatch.setattr(preflight, "peak_memory", lambda: FakePeak(10**6))
    monkeypatch.setattr(preflight, "available_memory", lambda: next(free, 100))
    with pytest.raises(
        UserError, match=r"8x8 fade-in with batch 16 does not fit .* parts: \S+ are needed, 100B free; give a smaller"
    ):
        preflight.preflight(state, data, SCHEDULE, seconds=0)


def test_a_gpus_memory_is_not_compared_with_the_machines(data, monkeypatch):
    """Steps that take a petabyte of a GPU's memory are tried; what the machine has free has no part in it."""
    state = TrainingState(CONFIG, "float32")
    monkeypatch.setattr(backend, "peak_memory", lambda: 10**15)
    monkeypatch.setattr(preflight, "_measure", lambda *_: SimpleNamespace(first=2.0, seconds_per_step=1.0))
    monkeypatch.setattr(preflight, "peak_memory", lambda: FakePeak(10**15))
    costs = preflight.preflight(state, data, SCHEDULE, seconds=0)
    assert [(cost.memory, cost.micro_batches) for cost in costs] == [(10**15, 1)] * 3


def test_a_gpu_that_runs_out_of_memory_even_in_the_smallest_parts_is_an_error(data, monkeypatch, out_of_memory):
    def run_out(*_):
        raise OutOfMemoryError

    state = TrainingState(CONFIG, "float32")
    monkeypatch.setattr(preflight, "available_memory", lambda: math.inf)
    monkeypatch.setattr(preflight, "peak_memory", lambda: FakePeak(10**6))
    monkeypatch.setattr(preflight, "_measure", run_out)
    with pytest.raises(
        UserError, match="4x4 straight with batch 16 does not fit into memory, even in its smallest parts; give"
    ):
        preflight.preflight(state, data, SCHEDULE, seconds=0)


def test_peak_memory_sees_what_a_block_takes(monkeypatch):
    used = [100]
    assert memory._memory_in_use() > 10e6  # of this process
    monkeypatch.setattr(memory, "_memory_in_use", lambda: used[0])
    with memory.peak_memory() as peak:
        used[0] = 350
        threading.Event().wait(0.1)
        used[0] = 120
    assert (peak.start, peak.most) == (100, 350)


@pytest.mark.parametrize(
    ("own", "limit"),
    [
        ("0::/\n", "memory.max"),
        ("0::/system.slice/job_7\n", "system.slice/job_7/memory.max"),
        ("0::/system.slice/job_7/step_0\n", "system.slice/job_7/memory.max"),
        ("1:cpu:/\n4:memory:/slurm/job_7\n0::/\n", "memory/slurm/job_7/memory.limit_in_bytes"),
        ("4:memory:/docker/of/the/host\n", "memory/memory.limit_in_bytes"),
    ],
)
def test_a_container_or_job_limits_the_memory(monkeypatch, tmp_path, own, limit):
    own_groups, limit = tmp_path / "cgroup", tmp_path / limit
    monkeypatch.setattr(memory, "OWN_CONTROL_GROUPS", own_groups)
    monkeypatch.setattr(memory, "CONTROL_GROUPS", tmp_path)
    free = memory.available_memory()
    assert free > 1e6
    own_groups.write_text(own)
    limit.parent.mkdir(parents=True, exist_ok=True)
    limit.write_text("max\n" if limit.name == "memory.max" else f"{2**63 - 4096}\n")
    assert memory.available_memory() > free / 2
    limit.write_text("100\n")
    assert memory.available_memory() < 100
