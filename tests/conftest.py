"""Shared fixtures."""

import gc
from pathlib import Path

import numpy as np
import pytest

import pgkeras  # noqa: F401  before Keras, because it silences TensorFlow's start

# isort: split
import keras

from pgkeras.training.machine import describe_machine

# Not during imports, whose objects all stay; a quarter of their time otherwise.
gc.disable()

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that in the end no worker is alone with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Some failures occur on one kind of processor only."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"failed on {describe_machine()}")


def pytest_collection_finish() -> None:
    """What was imported by now stays: no collection need look at it again, and tracing causes hundreds of them."""
    gc.freeze()
    gc.set_threshold(7_000)  # ten times as rare as by default
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before every fixture: networks start with the same weights whenever a test runs, alone or after others."""
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True, scope="module")
def forget_graphs():
    """Frees what can be freed, and looks at the rest no more: TensorFlow keeps every graph that has its own gradients.

    Otherwise each later collection, of which there are hundreds, takes longer.
    """
    yield
    keras.backend.clear_session()
    gc.freeze()


@pytest.fixture(scope="session")
def reference() -> Path:
    """Outputs of the official code; the tests that need them are skipped where they are missing."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("the reference vectors (../shared/reference) are not on this machine")
    return folder


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """An .npz of 40 random 16x16 images: enough to train on for a few steps."""
    images = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
    path = tmp_path / "faces.npz"
    np.savez(path, images=images)
    return path


@pytest.fixture
def few_steps(monkeypatch):
    """Photos are sought in a generator for so short a time that they are not found."""
    monkeypatch.setattr("pgkeras.projection.search.SCOUTING", 3)
    monkeypatch.setattr("pgkeras.projection.search.DESCENDING", 20)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; closed after each file, see tests.browser."""
    from tests.browser import chromium

    with chromium() as browser:
        yield browser
