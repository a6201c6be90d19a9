"""Every format, cut short anywhere or with any bytes changed, is read or refused in one line; nothing else escapes."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources import formats
from tests.data.sources.formats import IMAGES, LABELS

SMALL, CLASSES = IMAGES[:10, :16, :16], LABELS[:10]


def cifar_archive(path):
    folder = formats.write_cifar10(path / "cifar")
    return formats.write_archive(path / "a.tar.gz", folder), path / "a.tar.gz"


def idx(path, suffix):
    formats.write_idx(path / f"train-labels-idx1-ubyte{suffix}", CLASSES)
    file = formats.write_idx(path / f"train-images-idx3-ubyte{suffix}", SMALL[..., 0])
    return path, file


def same(path):
    return path, path


WRITERS = {  # each gives the data set and its file to damage
    "npz": lambda path: same(formats.write_npz(path / "a.npz", images=SMALL, labels=CLASSES)),
    "png": lambda path: (path, formats.write_pictures(path, SMALL) / "005.png"),
    "jpg": lambda path: (path, formats.write_pictures(path, SMALL, ".jpg") / "005.jpg"),
    "webp": lambda path: (path, formats.write_pictures(path, SMALL, ".webp") / "005.webp"),
    "tif": lambda path: (path, formats.write_pictures(path, SMALL, ".tif") / "005.tif"),
    "gif": lambda path: (path, formats.write_pictures(path, SMALL, ".gif") / "005.gif"),
    "zip": lambda path: same(formats.write_zip(path / "a.zip", SMALL, '{"labels": null}')),
    "tfrecords": lambda path: (
        path,
        formats.write_tfrecords(path, SMALL, CLASSES) / "set-r05.tfrecords",
    ),
    "tfrecord labels": lambda path: (path, formats.write_tfrecords(path, SMALL, CLASSES) / "set-rxx.labels"),
    "cifar": lambda path: (path / "a", formats.write_cifar10(path / "a") / "data_batch_2"),
    "cifar meta": lambda path: (path / "a", formats.write_cifar10(path / "a") / "batches.meta"),
    "cifar archive": cifar_archive,
    "idx": lambda path: idx(path, ""),
    "idx.gz": lambda path: idx(path, ".gz"),
    "svhn": lambda path: same(formats.write_svhn(path / "a.mat", SMALL, CLASSES)),
    "hdf5": lambda path: same(formats.write_hdf5(path / "a.h5", images=SMALL, labels=CLASSES)),
}


END_NOT_NEEDED = ("png", "gif", "cifar archive")


def read_all(path) -> str:
    for labels in (False, True):
        try:
            dataset = open_dataset(path, labels=labels)
            assert dataset.images[:].shape == dataset.images.shape
            dataset.images[np.array([len(dataset.images) - 1, 0])]
        except NoLabelsError:
            continue
        except UserError as error:
            assert len(str(error)) < 1000
            return str(error)
    return ""


@pytest.mark.parametrize("name", WRITERS)
def test_files_cut_short(tmp_path, name):
    path, file = WRITERS[name](tmp_path)
    data = file.read_bytes()
    for length in np.linspace(0, len(data) - 1, 25).astype(int):
        file.write_bytes(data[:length])
        assert read_all(path) or (name in END_NOT_NEEDED and length > 0.9 * len(data)), length


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.filterwarnings("ignore:.*left out")  # the damage is to a name
def test_files_with_other_bytes(tmp_path, name):
    path, file = WRITERS[name](tmp_path)
    data = np.frombuffer(file.read_bytes(), np.uint8)
    random = np.random.default_rng(0)
    for attempt in range(60):
        damaged = data.copy()
        end = len(data) if attempt % 2 else min(len(data), 300)  # headers matter most
        places = random.integers(0, end, 1 + attempt % 4)
        damaged[places] = random.integers(0, 256, len(places))
        file.write_bytes(damaged.tobytes())
        read_all(path)
