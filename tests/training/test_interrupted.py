"""Runs that are killed, stopped, or run out of disk, as users' runs are: nothing that was finished is lost."""

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.training.disk import check_disk
from tests.training.command import start

SMALL = [
    "--resolution=8",
    "--fmap-max=16",
    "--latent-size=6",
    "--batch-size=8",
    "--straight-kimg=4:0.4,8:0.8",
    "--fade-in-kimg=0.8",
    "--ticks-per-phase=20",
    "--snapshots-per-phase=2",
    "--checkpoint-minutes=0.004",
]
IMAGES_IN_ALL = 2000
KILLS = 3


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "faces.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (100, 16, 16, 3), dtype=np.uint8))
    return path


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, faces) -> Path:
    out = tmp_path_factory.mktemp("uninterrupted")
    _, errors = (process := start(faces, "--out", out, *SMALL)).communicate()
    assert process.returncode == 0, errors
    return out / "00000-faces-8"


def outcome(run: Path) -> dict[str, object]:
    """Weights, optimizer and random state at the end, statistics but measured ones, samples; each by its name."""
    config = json.loads((run / "config.json").read_text())["config"]
    lines = [json.loads(line) for line in (run / "stats.jsonl").read_text().splitlines()]
    with np.load(run / "checkpoints" / f"{IMAGES_IN_ALL:09}.npz") as checkpoint:
        arrays = {name: checkpoint[name].tobytes() for name in checkpoint.files if name != "progress"}
    samples = {path.name: path.read_bytes() for path in (run / "samples").iterdir()}
    measured = ("seconds", "seconds_left", "images_per_second", "memory_bytes")
    return {
        "micro_batches": config["micro_batches"],
        "statistics": [{name: line[name] for name in line if name not in measured} for line in lines],
        **{name: hashlib.sha256(content).hexdigest() for name, content in (arrays | samples).items()},
    }


def wait_for(process: subprocess.Popen, happened: Callable[[], bool]) -> None:
    while process.poll() is None and not happened():
        time.sleep(0.01)


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_as_if_it_had_not_been(tmp_path, faces, uninterrupted):
    """Each time after some lines of statistics, fades included."""
    run = tmp_path / "00000-faces-8"
    statistics = run / "stats.jsonl"
    moments = random.Random(7)
    process = start(faces, "--out", tmp_path, *SMALL)
    for _ in range(KILLS):
        for _ in range(moments.randint(1, 5)):
            began = time.time()
            wait_for(process, lambda began=began: statistics.exists() and statistics.stat().st_mtime > began)
        assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
        process = start("--resume", run)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert outcome(run) == outcome(uninterrupted)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_ends_in_one_line_with_the_last_checkpoint_intact(tmp_path, faces, uninterrupted):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", tmp_path], check=True)
    try:
        run = tmp_path / "00000-faces-8"
        process = start(faces, "--out", tmp_path, *SMALL)
        wait_for(process, lambda: len(list(run.glob("checkpoints/0*.npz"))) == 2)
        filler = tmp_path / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(bytes(4096))
        _, errors = process.communicate(timeout=300)
        assert (process.returncode, errors.count("\n")) == (2, 1), errors
        assert f"error: {run}: the disk is full. The last checkpoint is intact: free some space" in errors

        filler.unlink()
        process = start("--resume", run)
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
        assert outcome(run) == outcome(uninterrupted)
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_a_disk_too_small_is_noticed_before_the_run(tmp_path):
    check_disk(1000, tmp_path)
    with pytest.raises(UserError, match=r"the run may need 1\.00EB, and \S+ are free; choose another `out` or fewer"):
        check_disk(10**18, tmp_path)


@pytest.mark.slow
def test_signals_during_a_fade_in_leave_a_checkpoint_of_that_very_step(tmp_path, faces):
    """SIGTERM stops the run, SIGINT (Ctrl-C) the run that goes on from there."""
    run = tmp_path / "00000-faces-8"

    def lines() -> list[str]:
        return (run / "stats.jsonl").read_text().splitlines() if (run / "stats.jsonl").exists() else []

    options = ["--checkpoint-minutes=60", "--fade-in-kimg=100", "--ticks-per-phase=400"]
    process = start(faces, "--out", tmp_path, *SMALL, *options)
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        known = len(lines())
        wait_for(process, lambda known=known: len(lines()) > known and lines()[-1].count('"fade_in": true'))
        process.send_signal(number)
        output, errors = process.communicate(timeout=300)
        assert (process.returncode, errors) == (130, "stopping after this step ...\n")
        stopped.append(int(output.split("stopped at ")[1].split(" images")[0].replace(",", "")))
        assert f"{stopped[-1]:09}.npz" in [path.name for path in (run / "checkpoints").iterdir()]
        if number == signal.SIGTERM:
            process = start("--resume", run)
    assert stopped[0] < stopped[1]
