"""What a training set says about how it was cropped."""

import numpy as np
import pytest

from pgkeras.data.sources.crop_options import read_crop_options

IMAGES = np.zeros((2, 8, 8, 3), np.uint8)


@pytest.mark.parametrize("shards", [False, True])
def test_they_are_read_of_a_file_and_of_shards(tmp_path, shards):
    path = tmp_path / ("faces-00000.npz" if shards else "faces.npz")
    np.savez(path, images=IMAGES, options='{"size": 8}')
    if shards:
        np.savez(tmp_path / "faces-00001.npz", images=IMAGES, options='{"size": 8}')
    assert read_crop_options(tmp_path if shards else path) == '{"size": 8}'


def test_other_training_sets_have_none(tmp_path):
    assert read_crop_options(tmp_path / "gone.npz") is None
    assert read_crop_options(tmp_path) is None
    np.savez(tmp_path / "plain.npz", images=IMAGES)
    assert read_crop_options(tmp_path / "plain.npz") is None
    (tmp_path / "damaged.npz").write_bytes((tmp_path / "plain.npz").read_bytes()[:100])
    assert read_crop_options(tmp_path / "damaged.npz") is None
    np.savez(tmp_path / "objects.npz", images=IMAGES, options=np.array([{}], object))
    assert read_crop_options(tmp_path / "objects.npz") is None
