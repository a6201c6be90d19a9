"""The same step on TensorFlow, JAX and PyTorch: `python -m tests.backends.test_agreement` prints how close they are."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.backends.one_step import CASES, name
from tests.command_lines import ROOT
from tests.other_backends import environment

BACKENDS = ("tensorflow", "jax", "torch")
TOLERANCE = 1e-5


def run_step(backend: str, folder: Path) -> dict[str, np.ndarray]:
    """All cases in a process of its own."""
    path = folder / f"{backend}.npz"
    finished = subprocess.run(
        [sys.executable, "-m", "tests.backends.one_step", path],
        cwd=ROOT,
        env=environment(backend),
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    with np.load(path) as arrays:
        return dict(arrays)


def differences(one: dict[str, np.ndarray], other: dict[str, np.ndarray], case: tuple) -> tuple[float, float]:
    """The largest of a loss or another value, as a part of it, and the largest of a weight."""
    of_values, of_weights = [], []
    for key in one:
        if key.startswith(f"{name(case)}/values/"):
            of_values.append(abs(one[key] - other[key]) / max(abs(one[key]), 1e-3))
        if key.startswith(f"{name(case)}/weights/"):
            of_weights.append(np.abs(one[key] - other[key]).max())
    return max(of_values), max(of_weights)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("steps")
    return {backend: run_step(backend, folder) for backend in BACKENDS if find_spec(backend)}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=name)
@pytest.mark.parametrize("pair", list(combinations(BACKENDS, 2)), ids=" and ".join)
def test_losses_and_weights_after_a_step(found, pair, case):
    for backend in pair:
        if backend not in found:
            pytest.skip(f"{backend} is not installed")
    of_values, of_weights = differences(*(found[backend] for backend in pair), case)
    assert of_values < TOLERANCE
    assert of_weights < TOLERANCE


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        steps = {backend: run_step(backend, Path(folder)) for backend in BACKENDS}
    pairs = list(combinations(BACKENDS, 2))
    print(f"{'values (relative), weights (absolute)':<50}" + "".join(f"{' and '.join(pair):>24}" for pair in pairs))
    for case in CASES:
        both = (differences(*(steps[backend] for backend in pair), case) for pair in pairs)
        print(f"{name(case):<50}" + "".join(f"{values:>14.1e}{weights:>10.1e}" for values, weights in both))
