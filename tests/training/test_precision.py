"""What "auto" chooses, and that training works in each precision."""

import numpy as np
import pytest

from pgkeras import ProgressiveConfig
from pgkeras.backends import Accelerator, backend
from pgkeras.schedule import Schedule
from pgkeras.training import precision
from pgkeras.training.state import TrainingState

CONFIG = ProgressiveConfig(resolution=8, fmap_max=8, latent_size=6, batch_size=4)
REALS = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("precisions", "expected"),
    [
        (["bfloat16"], "bfloat16"),
        (["bfloat16", "bfloat16"], "bfloat16"),
        (["bfloat16", "float16"], "float16"),
        (["float32", "bfloat16", "float16"], "float32"),
    ],
)
def test_the_oldest_gpu_decides(monkeypatch, precisions, expected):
    monkeypatch.setattr(backend, "accelerators", lambda: [Accelerator("GPU", each) for each in precisions])
    assert precision.fastest_precision() == expected


@pytest.mark.parametrize(
    ("flags", "makes_use_of_them", "expected"),
    [
        ("avx512f avx512_bf16", True, "bfloat16"),
        ("amx_tile amx_bf16", True, "bfloat16"),
        ("avx2 avx512f", True, "float32"),
        ("amx_tile amx_bf16", False, "float32"),
    ],
)
def test_without_a_gpu_the_processor_decides(monkeypatch, tmp_path, flags, makes_use_of_them, expected):
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    monkeypatch.setattr(backend, "accelerators", lambda: [])
    monkeypatch.setattr(backend, "PROCESSOR_IS_FAST_IN_BFLOAT16", makes_use_of_them)
    monkeypatch.setattr(precision, "Path", lambda path: tmp_path / "cpuinfo")
    assert precision.fastest_precision() == expected


def steps(state: TrainingState, number: int) -> list[dict[str, float]]:
    schedule = Schedule.from_config(CONFIG)
    state.follow_learning_rates(schedule.at(schedule.images))
    gan = state.gan(schedule.phases[-1])
    return [gan.train_on([(REALS, None)]) for _ in range(number)]


@pytest.mark.slow
def test_steps_are_finite_and_begin_alike_in_every_precision():
    found = {name: steps(TrainingState(CONFIG, name), 3) for name in precision.POLICIES}
    for name, each in found.items():
        assert all(np.isfinite(value) for values in each for value in values.values()), name
        for value in ("discriminator_loss", "generator_loss", "penalty"):
            assert each[0][value] == pytest.approx(found["float32"][0][value], abs=0.05), name


def test_float16_overflow_lowers_the_scale_and_leaves_the_weights():
    state = TrainingState(CONFIG, "float16")
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        optimizer.dynamic_scale.assign(1e30)
    before = {name: np.array(variable) for name, variable in state.variables().items()}
    steps(state, 1)
    for name, variable in state.variables().items():
        if name.startswith(("generator/", "discriminator/")):
            np.testing.assert_array_equal(np.asarray(variable), before[name], err_msg=name)
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        assert float(optimizer.dynamic_scale) == pytest.approx(5e29)


def test_a_new_phase_keeps_the_scale_and_forgets_the_moments():
    state = TrainingState(CONFIG, "float16")
    steps(state, 1)
    state.discriminator_optimizer.dynamic_scale.assign(64.0)
    state.reset_optimizers()
    assert float(state.discriminator_optimizer.dynamic_scale) == 64
    assert int(state.discriminator_optimizer.iterations) == 0
    moments = [v for v in state.discriminator_optimizer.inner_optimizer.variables if "velocity" in v.path]
    assert moments
    assert not any(np.asarray(each).any() for each in moments)


def test_every_variable_of_the_loss_scale_is_in_the_state():
    names = TrainingState(CONFIG, "float16").variables()
    for network in ("generator", "discriminator"):
        assert f"{network}_optimizer/{network}_optimizer_scale/dynamic_scale" in names
