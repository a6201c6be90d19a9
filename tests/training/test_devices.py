"""Several devices, on one machine and on two: the same update as on one, and files from one process only."""

import json
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from pgkeras import ProgressiveConfig, UserError
from pgkeras.train import main as train
from pgkeras.training import devices
from tests.command_lines import call, script
from tests.training.command import start

# Shares of 4 and 2 x 4 images are whole groups of the minibatch standard deviation. Adam divides by the gradient's
# size, so that rounding counts where there is next to none: its epsilon is large here.
SMALL = [
    "--resolution=8",
    "--fmap-max=8",
    "--latent-size=6",
    "--batch-size=8",
    "--straight-kimg=4:0,8:0.024",
    "--fade-in-kimg=0.024",
    "--ticks-per-phase=1",
    "--snapshots-per-phase=1",
    "--adam-epsilon=0.001",
    "--precision=float32",
]


def start_two(*arguments: object) -> list[subprocess.Popen]:
    """The same command on two machines of a cluster, both of them this one."""
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("localhost", 0))
            ports.append(free.getsockname()[1])
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    return [
        start(*arguments, environment={"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})})
        for task in ({"type": "worker", "index": 0}, {"type": "worker", "index": 1})
    ]


def finish(*processes: subprocess.Popen, status: int = 0) -> list[str]:
    ended = [process.communicate(timeout=300) for process in processes]
    for process, (_, errors) in zip(processes, ended, strict=True):
        assert process.returncode == status, errors[-3000:]
    return [output for output, _ in ended]


def statistics(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "stats.jsonl").read_text().splitlines()]


def assert_same_training(run: Path, other: Path) -> None:
    for one, two in zip(statistics(run), statistics(other), strict=True):
        for name in ("generator_loss", "discriminator_loss", "real_score", "fake_score", "penalty"):
            assert one[name] == pytest.approx(two[name], rel=1e-3, abs=1e-4), name
    checkpoints = [np.load(each / "checkpoints" / "000000048.npz") for each in (run, other)]
    for name in checkpoints[0].files:
        if name.startswith(("generator/", "discriminator/", "ema_generator/")):
            np.testing.assert_allclose(checkpoints[0][name], checkpoints[1][name], atol=1e-4, err_msg=name)


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "faces.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8))
    return path


@pytest.fixture(scope="module")
def on_one_device(tmp_path_factory, faces) -> Path:
    out = tmp_path_factory.mktemp("one")
    call(train, faces, "--out", out, *SMALL)
    return out / "00000-faces-8"


@pytest.mark.slow
def test_two_devices_train_as_one_does(tmp_path, faces, on_one_device):
    (output,) = finish(start(faces, "--out", tmp_path, *SMALL, "--devices", 2))
    assert "float32 on 2 devices" in output
    assert "2 x 4" in output
    assert_same_training(tmp_path / "00000-faces-8", on_one_device)


@pytest.mark.slow
def test_two_machines_train_as_one_does(tmp_path, faces, on_one_device):
    outputs = finish(*start_two(faces, "--out", tmp_path, *SMALL))
    assert "float32 on 2 devices" in outputs[1]
    assert [path.name for path in tmp_path.iterdir()] == ["00000-faces-8"]
    assert_same_training(tmp_path / "00000-faces-8", on_one_device)


@pytest.mark.slow
def test_two_machines_stop_together_and_go_on_from_the_checkpoint(tmp_path, faces):
    """SIGTERM reaches the second machine only; both stop after the same step, and resume as if nothing had been."""
    run = tmp_path / "00000-faces-4"
    options = [*SMALL, "--resolution=4", "--straight-kimg=1.6", "--ticks-per-phase=50"]
    processes = start_two(faces, "--out", tmp_path, *options)
    while all(process.poll() is None for process in processes) and not (run / "stats.jsonl").exists():
        time.sleep(0.05)
    processes[1].send_signal(signal.SIGTERM)
    outputs = finish(*processes, status=130)
    assert f"pgkeras train --resume {run}" in outputs[0]
    newest = max((run / "checkpoints").glob("*.npz"))
    assert 0 < int(newest.stem) < 1600

    outputs = finish(*start_two("--resume", run))
    assert all(f"resuming from {newest}" in output for output in outputs)
    shown = [line["images_shown"] for line in statistics(run)]
    assert (len(shown), shown[-1]) == (50, 1600)
    assert shown == sorted(set(shown))


def several(number: int, dealt: bool = True) -> SimpleNamespace:
    """Devices, among which batches are dealt before a step or, as on JAX, within it."""
    return SimpleNamespace(number=number, shares_in_all=number if dealt else 1)


def test_a_batch_that_cannot_be_dealt_is_refused():
    config = ProgressiveConfig(resolution=8, batch_size={4: 16, 8: 14})
    devices.check_shares(config, several(2))
    expected = (
        "`batch_size` 14 at 8x8: cannot be split among 4 devices; give `devices` 2, or a multiple of 4, best of 16"
    )
    with pytest.raises(UserError, match=expected):
        devices.check_shares(config, several(4))


def test_parts_of_a_share_must_be_whole_groups():
    """16 images on 2 devices are 8 on each: in 4 parts of 2 they would not form groups of 4."""
    config = ProgressiveConfig(resolution=8, micro_batches=4)
    devices.check_shares(config, several(1))
    devices.check_shares(config, several(2, dealt=False))
    with pytest.raises(UserError, match="`micro_batches` 4 at 4x4: a device has 8 images; possible: 1, 2"):
        devices.check_shares(config, several(2))


def test_parts_that_suit_a_share_need_not_suit_the_batch():
    """12 images on 2 devices are 6 on each, which are groups of 3: two of them, as in 2 parts of 3."""
    config = ProgressiveConfig(resolution=8, batch_size=12, micro_batches=2)
    devices.check_shares(config, several(2))
    with pytest.raises(UserError, match="`micro_batches` 2 at 4x4: a device has 12 images; possible: 1, 3"):
        devices.check_shares(config, several(1))
    with pytest.raises(ValidationError, match="`micro_batches` 5 at 4x4: would change what a batch of 12 means"):
        ProgressiveConfig(resolution=8, batch_size=12, micro_batches=5)


OVERFLOW = """
import numpy as np
from pgkeras import ProgressiveConfig
from pgkeras.backends import backend
from pgkeras.schedule import Schedule
from pgkeras.training.state import TrainingState

options = {"resolution": 4, "fmap_max": 8, "latent_size": 6, "batch_size": 8, "precision": "float16"}
config = ProgressiveConfig(**options)
state = TrainingState(config, "float16", backend.choose_devices(2))
gan = state.gan(Schedule.from_config(config).phases[0])
state.set_learning_rates(0.001, 0.001)
images = np.random.default_rng(0).uniform(-1, 1, (4, 4, 4, 3)).astype(np.float32)
scale = float(state.discriminator_optimizer.dynamic_scale.numpy())
for shares in ((1, 1), (1e5, 1), (1, 1e5), (1, 1)):
    before = [np.array(variable) for variable in gan.discriminator.trainable_variables]
    gan.train_on([(factor * images, None) for factor in shares])
    after = [np.array(variable) for variable in gan.discriminator.trainable_variables]
    moved = any((one != other).any() for one, other in zip(before, after, strict=True))
    finite = all(np.isfinite(each).all() for each in after)
    print(moved, finite, float(state.discriminator_optimizer.dynamic_scale.numpy()) / scale)
"""


@pytest.mark.slow
def test_in_float16_an_overflow_on_any_device_leaves_the_weights():
    done = script("-c", OVERFLOW, check=True)
    assert done.stdout.splitlines() == ["True True 1.0", "False True 0.5", "False True 0.25", "True True 0.25"]
