"""What a path is, and what is said of one that is nothing."""

import sys
from pathlib import Path

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import Dataset, batches, open_dataset
from tests.data.sources import formats
from tests.data.sources.formats import IMAGES, LABELS

WRITERS = {
    "npz": lambda path: formats.write_npz(path / "a.npz"),
    "shards": lambda path: formats.write_npz(path / "a-00000.npz").parent,
    "pictures": lambda path: formats.write_pictures(path),
    "zip": lambda path: formats.write_zip(path / "a.zip"),
    "tfrecords": lambda path: formats.write_tfrecords(path),
    "cifar100": lambda path: formats.write_cifar100(path / "a"),
    "svhn": lambda path: formats.write_svhn(path / "a.mat"),
    "lsun": lambda path: formats.write_lsun(path / "a", [formats.encoded(image) for image in IMAGES]),
    "hdf5": lambda path: formats.write_hdf5(path / "a"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_images_to_the_pipeline(tmp_path, name):
    dataset = open_dataset(WRITERS[name](tmp_path))
    assert dataset.images.shape == IMAGES.shape
    assert dataset.images[np.array([1])].dtype == np.uint8
    batch = next(batches(dataset, 32, 12, seed=3, mirror=False))
    expected = next(batches(Dataset(IMAGES), 32, 12, seed=3, mirror=False))
    np.testing.assert_array_equal(batch, expected)


@pytest.mark.parametrize("name", ["npz", "shards", "tfrecords", "cifar100", "svhn", "hdf5"])
def test_every_format_gives_the_same_labels(tmp_path, name):
    np.testing.assert_array_equal(open_dataset(WRITERS[name](tmp_path), labels=True).labels, LABELS)


@pytest.mark.parametrize(("name", "module"), [("svhn", "scipy.io"), ("lsun", "lmdb"), ("hdf5", "h5py")])
def test_missing_packages_are_named(tmp_path, monkeypatch, name, module):
    path = WRITERS[name](tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    package = module.partition(".")[0]
    with pytest.raises(UserError, match=f"install the package {package}: pip install {package}$"):
        open_dataset(path)


def test_unknown_files_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("1,2")
    with pytest.raises(UserError, match=r"a\.csv: is of no known format; see pgkeras data --help"):
        open_dataset(tmp_path / "a.csv")


def test_missing_paths_are_named(tmp_path):
    with pytest.raises(UserError, match="missing: no such file or folder"):
        open_dataset(tmp_path / "missing")


def test_unreadable_folders_are_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UserError, match=r"cannot be read \(.*Permission denied.*\); check its permissions"):
        open_dataset(tmp_path)
