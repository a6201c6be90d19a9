"""Shared fixtures."""

import gc
from pathlib import Path

import numpy as np
import pytest

import pgkeras  # noqa: F401  before Keras, because it silences TensorFlow's start

# isort: split
import keras

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True, scope="module")
def forget_graphs():
    """Without this, every later trace is slower: Python looks through all graphs that any test has made."""
    yield
    keras.backend.clear_session()
    gc.collect()


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


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; closed after each file, see tests.browser."""
    from tests.browser import chromium

    with chromium() as browser:
        yield browser
