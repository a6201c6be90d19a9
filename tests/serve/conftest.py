"""Small generators with the weights that they begin with, and what draws their faces."""

from pathlib import Path

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.labels import write_label_names
from pgkeras.serve.studio import Studio

NAMES = ["cat", "dog", "<b>bird</b>"]


def write_generator(folder: Path, side: int, **options) -> Path:
    keras.utils.set_random_seed(0)
    config = ProgressiveConfig(resolution=side, fmap_max=16, latent_size=12, **options)
    path = folder / f"generator_{side:04}.keras"
    build_generators(config)[side].straight.save(path)
    return path


def same(image: np.ndarray, other: np.ndarray) -> bool:
    """Whether they differ by a grey level at most: TensorFlow may round differently each time, and when compiled."""
    assert image.shape == other.shape
    return bool(np.abs(image.astype(int) - other).max() <= 1)


@pytest.fixture(scope="package")
def model(tmp_path_factory) -> Path:
    return write_generator(tmp_path_factory.mktemp("plain"), 16)


@pytest.fixture(scope="package")
def conditional_model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("conditional")
    write_label_names(folder, NAMES)
    return write_generator(folder, 8, label_size=len(NAMES))


@pytest.fixture(scope="module")
def studio(model) -> Studio:
    return Studio.open(model, model)


@pytest.fixture(scope="module")
def conditional_studio(conditional_model) -> Studio:
    return Studio.open(conditional_model, conditional_model)
