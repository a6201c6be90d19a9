"""The photos to practise on."""

import numpy as np
from PIL import Image

from tests.command_lines import script


def test_photos_are_written(tmp_path):
    done = script("demo/sample_photos.py", tmp_path / "photos")
    assert (done.returncode, done.stdout) == (0, f"100 photos: {tmp_path / 'photos'}\n")
    photos = sorted((tmp_path / "photos").iterdir())
    assert len(photos) == 100
    assert np.asarray(Image.open(photos[99])).shape == (150, 150)


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "photos").touch()
    done = script("demo/sample_photos.py", tmp_path / "photos")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path / 'photos'}: cannot be written to (File exists); give another folder\n"
