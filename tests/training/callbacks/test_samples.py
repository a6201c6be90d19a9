"""The grids of fixed latents."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
from PIL import Image

from pgkeras import ProgressiveConfig
from pgkeras.training.callbacks import Samples
from pgkeras.training.tensorboard import EventFile
from tests.report.written_run import new_run

CONFIG = ProgressiveConfig(resolution=256, latent_size=5)


def generator(latents, training):
    return np.zeros((len(latents), 256, 256, 3), np.float32)


def test_grids_of_many_large_classes_are_no_larger_than_others(tmp_path):
    """Pillow refuses to open pictures of more than 179 megapixels, such as 22 rows of 8 at 1024x1024."""
    for classes, resolution, shown in ((22, 1024, 8), (40, 512, 32), (3, 1024, 3)):
        config = ProgressiveConfig(resolution=resolution, latent_size=5, label_size=classes)
        samples = Samples(new_run(tmp_path, config), config, EventFile(tmp_path, 0))
        assert samples.labels.shape == (8 * shown, classes)
        assert samples.latents.shape == (8 * shown, 5)


def test_no_more_than_a_few_images_are_in_memory_as_numbers(tmp_path):
    folder = new_run(tmp_path, CONFIG)
    samples = Samples(folder, CONFIG, EventFile(folder.tensorboard, 0))
    tracemalloc.start()
    samples.write(SimpleNamespace(generator=generator, images_shown=7))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    pixels = 64 * 256 * 256 * 3
    assert most < 6 * pixels  # floats of all images and what becomes of them would be 8 bytes for each
    with Image.open(folder.samples / "000000007.png") as picture:
        assert picture.size == (2048, 2048)
