"""SVHN's .mat files, as MATLAB 5 stores them."""

import numpy as np
import pytest
import scipy.io

from pgkeras import UserError
from pgkeras.data import checks, open_dataset
from tests.data.sources.formats import IMAGES, LABELS, write_svhn


@pytest.mark.parametrize("name", ["train_32x32.mat", ""])
def test_ten_stands_for_zero(tmp_path, name):
    path = write_svhn(tmp_path / "train_32x32.mat")
    assert 10 in scipy.io.loadmat(path)["y"]
    dataset = open_dataset(tmp_path / name, labels=True)
    np.testing.assert_array_equal(dataset.images[:], IMAGES)
    np.testing.assert_array_equal(dataset.images[np.array([3, 1])], IMAGES[[3, 1]])
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple("0123456789")
    assert open_dataset(path).labels is None


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"X": IMAGES}, "y missing; SVHN's cropped digits have"),
        ({"y": LABELS}, "has X missing"),
        ({"X": IMAGES.astype(float), "y": LABELS}, "has X double"),
        ({"X": IMAGES[0], "y": LABELS}, r"has X uint8 \(32, 32, 3\)"),
        ({"X": IMAGES.transpose(1, 2, 3, 0), "y": LABELS[:3]}, "must be integers"),
        ({"X": IMAGES.transpose(1, 2, 3, 0), "y": LABELS + 1.5}, "must be integers"),
        ({"X": IMAGES.transpose(1, 2, 3, 0), "y": LABELS + 7}, "must be 0 to 9"),
    ],
)
def test_other_content_is_named(tmp_path, variables, message):
    scipy.io.savemat(tmp_path / "a.mat", variables)
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path / "a.mat", labels=True)


def test_files_too_large_for_memory_are_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "MOST_MEMORY", 1000)
    with pytest.raises(UserError, match="too much to hold in memory"):
        open_dataset(write_svhn(tmp_path / "a.mat"))
