"""Where images to compare come from."""

import errno
import tempfile

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig, UserError, build_generators
from pgkeras.data import Dataset
from pgkeras.evaluation.image_sources import Generated, Shrunk, Stored, gathered
from pgkeras.images import to_uint8
from pgkeras.latents import latents_from_seeds

IMAGES = np.arange(100, dtype=np.uint8)[:, None, None, None].repeat(8, 1).repeat(8, 2).repeat(3, 3)


def test_generated_images_are_those_of_their_seeds():
    generator = build_generators(ProgressiveConfig(resolution=8, fmap_max=8, latent_size=5))[8].straight
    seen = []
    with gathered(Generated(generator), 20, seen.append) as images:
        expected = generator(latents_from_seeds(range(20), 5), training=False)
        assert np.abs(images.astype(int) - to_uint8(np.asarray(expected))).max() <= 1  # another batch, other rounding
    assert sum(seen) == 20


def test_stored_images_are_chosen_at_random_and_always_the_same():
    with gathered(Stored(Dataset(IMAGES), 4), 70) as first, gathered(Stored(Dataset(IMAGES), 4), 90) as more:
        assert first.shape == (70, 4, 4, 3)
        assert (first == more[:70]).all()
        numbers = first[:, 0, 0, 0].tolist()
    assert len(set(numbers)) == 70
    assert numbers != sorted(numbers)


def test_shrunk_images_are_means():
    pixels = np.zeros((2, 4, 4, 3), np.uint8)
    pixels[0, :2, :2] = [[[0, 0, 0], [40, 80, 120]], [[40, 80, 120], [80, 0, 0]]]
    source = Shrunk(Stored(Dataset(pixels), 4), 2)
    (images,) = source.batches(2)
    assert (source.side, source.channels, source.available) == (2, 3, 2)
    assert sorted(images[:, 0, 0].tolist()) == [[0, 0, 0], [40, 40, 60]]


def test_a_full_disk_is_told(monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(UserError, match="no room for 2 images of 8x8"), gathered(Stored(Dataset(IMAGES), 8), 2):
        pass


def test_classes_are_as_frequent_as_in_training():
    """Drawn by a generator whose images are its labels: three of ten in the first class, whatever the number."""
    latents, labels = keras.Input((2,)), keras.Input((3,))
    images = keras.layers.Reshape((1, 1, 3))(labels)
    generator = keras.Model([latents, labels], images)
    for number, expected in ((10, [3, 6, 1]), (20, [6, 12, 2]), (7, [2, 4, 1]), (1, [0, 1, 0])):
        drawn = np.concatenate(list(Generated(generator, (30, 60, 10)).batches(number)))
        assert ((drawn.reshape(-1, 3) == 255).sum(axis=0) == expected).all(), number
    (in_turn,) = Generated(generator).batches(4)
    assert in_turn.reshape(-1, 3).argmax(axis=1).tolist() == [0, 1, 2, 0]
