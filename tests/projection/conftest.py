"""A small generator with the weights that it begins with, and a run that knows how its photos were cropped."""

from pathlib import Path

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from preprocessing.config import CropConfig

SIZE = 12


def made(preset: str | None = None, **options) -> keras.Model:
    keras.utils.set_random_seed(0)
    config = ProgressiveConfig.from_preset(preset, **{"resolution": 16, "fmap_max": 16, "latent_size": SIZE} | options)
    return build_generators(config)[16].straight


@pytest.fixture(scope="session")
def generator() -> keras.Model:
    return made()


@pytest.fixture(scope="session")
def run_folder(generator, tmp_path_factory) -> Path:
    """Its images are crops of 32x32 pixels."""
    folder = tmp_path_factory.mktemp("run")
    options = CropConfig(size=32, margin=0.1).resolved(0.1).model_dump_json()
    np.savez(folder / "faces.npz", images=np.zeros((4, 32, 32, 3), np.uint8), options=options)
    config = ProgressiveConfig(resolution=16, fmap_max=16, latent_size=SIZE)
    data = str(folder / "faces.npz")
    run = RunFolder.create(folder, RunDescription(version="1", data=data, images=4, side=32, config=config))
    run.generator(16).parent.mkdir(parents=True, exist_ok=True)
    generator.save(run.generator(16))
    return run.path
