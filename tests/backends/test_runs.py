"""Whole runs on JAX and PyTorch, without TensorFlow: killed, resumed, and carried from one backend to the other."""

import hashlib
import json
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.command_lines import ROOT
from tests.other_backends import environment

OTHERS = ("jax", "torch")
SMALL = [
    "--resolution=8",
    "--fmap-max=8",
    "--latent-size=6",
    "--batch-size=8",
    "--straight-kimg=0.4",
    "--fade-in-kimg=0.4",
    "--ticks-per-phase=10",
    "--snapshots-per-phase=2",
    "--checkpoint-minutes=0.002",
]
IMAGES_IN_ALL = 1200

WITHOUT_TENSORFLOW = """
import runpy
import sys
from importlib.machinery import PathFinder

find_spec = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name.partition(".")[0] == "tensorflow" else find_spec(name, *rest)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


@pytest.fixture(params=OTHERS)
def backend(request) -> str:
    if not find_spec(request.param):
        pytest.skip(f"{request.param} is not installed")
    return request.param


def start(backend: str, *arguments: object, module: str = "pgkeras.train", **variables: str) -> subprocess.Popen:
    """A command where TensorFlow cannot be imported, unless it is the backend."""
    run = ["-m", module] if backend == "tensorflow" else ["-c", WITHOUT_TENSORFLOW, module]
    return subprocess.Popen(
        [sys.executable, *run, *map(str, arguments)],
        cwd=ROOT,
        env=environment(backend) | {"PYTHONPATH": str(ROOT)} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen, status: int = 0) -> tuple[str, str]:
    output, errors = process.communicate(timeout=900)
    assert process.returncode == status, errors[-3000:]
    return output, errors


def kill_after(process: subprocess.Popen, run: Path, lines: int) -> None:
    """As soon as so many lines of statistics are written."""
    while process.poll() is None and (not (run / "stats.jsonl").exists() or len(statistics(run)) < lines):
        time.sleep(0.01)
    assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()


def statistics(run: Path) -> list[str]:
    return (run / "stats.jsonl").read_text().splitlines()


def digest(run: Path) -> str:
    """Of all weights, optimizer and random state at the end, all statistics but measured ones, all samples."""
    found = hashlib.sha256()
    with np.load(run / "checkpoints" / f"{IMAGES_IN_ALL:09}.npz") as checkpoint:
        for name in checkpoint.files:
            if name != "progress":
                found.update(name.encode() + checkpoint[name].tobytes())
    for line in statistics(run):
        values = json.loads(line)
        for measured in ("seconds", "seconds_left", "images_per_second", "memory_bytes"):
            del values[measured]
        found.update(json.dumps(values).encode())
    for path in sorted((run / "samples").iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "faces.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (100, 16, 16, 3), dtype=np.uint8))
    return path


@pytest.mark.slow
def test_a_run_killed_twice_ends_in_the_same_bits_as_one_that_was_not(tmp_path, faces, backend):
    """In mid-fade, and later."""
    output, errors = finish(start(backend, faces, "--out", tmp_path / "whole", *SMALL))
    assert "8x8 straight" in output
    assert errors == ""
    run = tmp_path / "killed" / "00000-faces-8"
    kill_after(start(backend, faces, "--out", tmp_path / "killed", *SMALL), run, lines=13)
    kill_after(start(backend, "--resume", run), run, lines=22)
    finish(start(backend, "--resume", run))
    assert digest(run) == digest(tmp_path / "whole" / "00000-faces-8")
    finish(start(backend, run, "--out", tmp_path / "grid.png", "--num=4", module="pgkeras.generate"))


@pytest.mark.slow
def test_a_run_goes_on_on_other_backends(tmp_path, faces):
    for each in OTHERS:
        if not find_spec(each):
            pytest.skip(f"{each} is not installed")
    run = tmp_path / "00000-faces-8"
    options = [*SMALL, "--precision=float32"]
    kill_after(start("tensorflow", faces, "--out", tmp_path, *options), run, lines=5)
    process = start("jax", "--resume", run)
    kill_after(process, run, lines=15)
    _, errors = finish(start("torch", "--resume", run))
    assert ".npz: was trained on jax; torch goes on, with other random numbers and rounding" in errors
    lines = [json.loads(line) for line in statistics(run)]
    assert [line["images_shown"] for line in lines] == sorted({line["images_shown"] for line in lines})
    assert lines[-1]["images_shown"] == IMAGES_IN_ALL
    assert all(np.isfinite(line["discriminator_loss"]) for line in lines)
