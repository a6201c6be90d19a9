"""The same tests in a fresh process on another Keras backend than TensorFlow."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

import keras
import pytest

from tests.command_lines import ROOT


def environment(backend: str) -> dict[str, str]:
    """Of a process on a backend that shares the machine with other tests and compiles soon rather than well."""
    fixed = {"KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"}
    if backend == "jax":
        fixed["XLA_FLAGS"] = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    return os.environ | fixed


def on_other_backends(*backends: str) -> Callable[[Callable], Callable]:
    """Marks a test that takes `other_backend`; there, the tests that it runs must not run it again."""

    def mark(test: Callable) -> Callable:
        elsewhere = keras.backend.backend() != "tensorflow"
        marks = (
            pytest.mark.slow,
            pytest.mark.skipif(elsewhere, reason="this is the run on another backend"),
            pytest.mark.parametrize("other_backend", backends),
        )
        for each in marks:
            test = each(test)
        return test

    return mark


def run_tests(backend: str, *arguments: object) -> None:
    """Runs pytest and fails as it does.

    Args:
        backend: of Keras; skips where it is not installed.
        arguments: of pytest, from the repository's root.
    """
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *arguments],
        cwd=ROOT,
        env=environment(backend),
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-1000:]
