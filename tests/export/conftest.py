import sys

import keras
import numpy as np
import pytest

from export.to_tflite import main
from pgkeras import ProgressiveConfig, build_generators
from pgkeras.command_line import run

CONFIG = ProgressiveConfig(resolution=16, fmap_max=16, latent_size=24)


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
def exported(run_folder, tmp_path_factory):
    """What the command line makes of it."""
    out = tmp_path_factory.mktemp("folder") / "exported"
    main([str(run_folder), "--out", str(out), "--num-latents", "16"], standalone_mode=False)
    return out


@pytest.fixture
def to_tflite(monkeypatch, capfd):
    """Runs the command as a user would; gives exit status, stdout and stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["to_tflite.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            run(main)
        output = capfd.readouterr()
        return end.value.code, output.out, output.err

    return call
