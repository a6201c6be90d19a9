import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from export.to_tflite import main
from pgkeras import ProgressiveConfig, build_generators
from pgkeras.command_line import run
from pgkeras.latents import latents_from_seeds

ROOT = Path(__file__).parents[2]
CONFIG = ProgressiveConfig(resolution=16, fmap_max=16, latent_size=24)
DAMAGED_FACES = [
    {"name": "", "latent": [1.0] * 24},
    {"name": "me", "latent": [1.0] * 23},
    {"name": "me", "latent": [0.0] * 24},
    {"name": "me", "latent": [float("nan")] + [1.0] * 23},
    {"name": "me", "latent": ["a"] * 24},
    {"name": "me", "latent": None},
    {"name": "me"},
    "me",
]
# What no model of the fixture `exported` is, and how that is said.
CONTRADICTIONS = [
    ({"bytes": 1}, "bytes 1,"),
    ({"latent_size": 3}, "latent_size 3,"),
    ({"inputs": [{"shape": [1, 10**18]}]}, "latent_size 24,"),
    ({"channels": 1}, "channels 1,"),
    ({"resolution": 32}, "resolution 32,"),
]


@pytest.fixture(scope="session")
def make_generator():
    """Builds a generator whose biases are not zero, as if it were trained."""

    def make(dtype: str = "float32", **options) -> keras.Model:
        keras.utils.set_random_seed(0)
        config = ProgressiveConfig(**CONFIG.model_dump() | options)
        generator = build_generators(config, dtype)[config.resolution].straight
        random = np.random.default_rng(0)
        for layer in generator.layers:
            if getattr(layer, "bias", None) is not None:
                layer.bias.assign(random.normal(0, 0.2, layer.bias.shape))
        return generator

    return make


@pytest.fixture(scope="session")
def run_folder(make_generator, tmp_path_factory):
    """A run that has reached 16x16."""
    run = tmp_path_factory.mktemp("runs") / "00000-tests-16"
    (run / "generators").mkdir(parents=True)
    (run / "config.json").write_text("{}")
    for resolution in CONFIG.resolutions:
        make_generator(resolution=resolution).save(run / "generators" / f"generator_{resolution:04}.keras")
    return run


@pytest.fixture(scope="session")
def exported(exported_by_a_user):
    """What the command line makes of it."""
    return exported_by_a_user[0]


@pytest.fixture(scope="session")
def exported_by_a_user(run_folder, tmp_path_factory):
    """The same, and what the finished process printed."""
    out = tmp_path_factory.mktemp("folder") / "exported"
    found = tmp_path_factory.mktemp("found")
    np.save(found / "me.npy", latents_from_seeds([42], CONFIG.latent_size))
    options = ("--num-latents", "16", "--faces", found)
    command = [sys.executable, "export/to_tflite.py", run_folder, "--out", out, *options]
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return out, subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


@pytest.fixture
def to_tflite(monkeypatch, capfd):
    """Runs the command within this process, on 8 latents; gives exit status, stdout and stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["to_tflite.py", "--num-latents", "8", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            run(main)
        output = capfd.readouterr()
        return end.value.code, output.out, output.err

    return call
