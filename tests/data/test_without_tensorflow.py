"""Every source, batches and event files where TensorFlow cannot be imported."""

import os
import subprocess
import sys

from tests.data.sources import formats
from tests.data.sources.test_sources import WRITERS

PROGRAM = """
import importlib.abc
import sys
from pathlib import Path

import numpy as np

class NoTensorFlow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "tensorflow":
            raise ImportError(f"{name} is not installed")

sys.meta_path.insert(0, NoTensorFlow())

from pgkeras.data import batches, open_dataset
from pgkeras.images import resize
from pgkeras.training.tensorboard import EventFile

for path in sys.argv[2:]:
    dataset = open_dataset(Path(path))
    stream = batches(dataset, 8, 4, seed=0)
    assert next(stream).shape == (4, 8, 8, dataset.images.shape[-1])
    stream.close()
    assert resize(dataset.images[:2], 16).shape[:3] == (2, 16, 16)
events = EventFile(Path(sys.argv[1]), 0)
events.add_scalars({"loss": 1.5}, 1)
events.add_image("samples", np.zeros((4, 4, 3), np.uint8), 1)
print(len(sys.argv[2:]), "opened")
"""


def test_nothing_here_needs_tensorflow(tmp_path):
    paths = []
    for name, write in (WRITERS | {"mnist": _write_mnist}).items():
        (tmp_path / name).mkdir()
        paths.append(str(write(tmp_path / name)))
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, tmp_path / "events", *paths],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert (ended.stdout, ended.stderr) == ("10 opened\n", "")


def _write_mnist(folder):
    return formats.write_idx(folder / "train-images-idx3-ubyte.gz", formats.IMAGES[..., 0])
