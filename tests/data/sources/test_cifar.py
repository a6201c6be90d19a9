"""CIFAR: batches as Python 2 pickled them, and nothing executed."""

import os
import pickle
import tarfile
import tracemalloc

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import open_dataset
from pgkeras.data.sources import cifar
from tests.data.sources.formats import (
    IMAGES,
    LABELS,
    python2_pickle,
    write_archive,
    write_cifar10,
    write_cifar100,
)


def test_the_batches_are_as_the_real_ones(tmp_path):
    data = (write_cifar10(tmp_path / "cifar") / "data_batch_1").read_bytes()
    assert data.startswith(b"\x80\x02}q\x00(U\x0bbatch_label")
    assert b"cnumpy.core.multiarray\n_reconstruct" in data
    batch = pickle.loads(data, encoding="bytes")
    assert list(batch) == [b"batch_label", b"labels", b"data", b"filenames"]
    np.testing.assert_array_equal(batch[b"data"][0].reshape(3, 32, 32).transpose(1, 2, 0), IMAGES[0])


@pytest.mark.parametrize("name", [None, "cifar-10-python.tar.gz", "any.tgz"])
def test_cifar_10(tmp_path, name):
    path = write_cifar10(tmp_path / "cifar-10-batches-py")
    dataset = open_dataset(write_archive(tmp_path / name, path) if name else path, labels=True)
    np.testing.assert_array_equal(dataset.images[:], IMAGES[:10])
    np.testing.assert_array_equal(dataset.labels, LABELS[:10])
    assert dataset.label_names[:2] == ("airplane", "automobile")
    assert len(dataset.label_names) == 10
    assert open_dataset(path).labels is None


@pytest.mark.parametrize("archived", [False, True])
def test_cifar_100(tmp_path, archived):
    path = write_cifar100(tmp_path / "cifar-100-python")
    dataset = open_dataset(write_archive(tmp_path / "a.tar.gz", path) if archived else path, labels=True)
    np.testing.assert_array_equal(dataset.images[:], IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple(f"fine {number}" for number in range(100))


class Command:
    """What a hostile pickle would run."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (str(self._path),)


@pytest.mark.parametrize("file", ["data_batch_3", "batches.meta"])
def test_nothing_is_executed(tmp_path, file):
    folder = write_cifar10(tmp_path / "cifar")
    (folder / file).write_bytes(pickle.dumps({"data": Command(tmp_path / "made"), "label_names": []}, protocol=2))
    with pytest.raises(UserError, match=rf"{file}: cannot be read as a pickle"):
        open_dataset(folder, labels=True)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ([], "holds a list"),
        ({b"labels": [0]}, "a batch has no `data`"),
        ({b"data": np.zeros((2, 3071), np.uint8)}, r"a batch has no `data` of shape \(images, 3072\)"),
        ({b"data": np.zeros((2, 3072), np.float32), b"labels": [0, 0]}, "dtype float32"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0]}, "must be integers"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0, 100]}, "must be 0 to 99"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [[1], []]}, "no list `fine_labels`"),
        ({b"data": np.zeros((0, 3072), np.uint8), b"labels": []}, "holds no image"),
    ],
)
def test_other_content_is_named(tmp_path, batch, message):
    folder = write_cifar100(tmp_path / "cifar")
    if isinstance(batch, dict) and b"labels" in batch:
        batch[b"fine_labels"] = batch.pop(b"labels")
    (folder / "train").write_bytes(python2_pickle(batch))
    with pytest.raises(UserError, match=message):
        open_dataset(folder, labels=True)


def test_a_missing_batch_is_named(tmp_path):
    folder = write_cifar10(tmp_path / "cifar")
    (folder / "data_batch_4").unlink()
    with pytest.raises(UserError, match="has no data_batch_4; download it again"):
        open_dataset(folder)


def test_another_archive_is_named(tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(__file__, "a.py")
    with pytest.raises(UserError, match=r"a\.tar\.gz: holds neither CIFAR-10 nor CIFAR-100"):
        open_dataset(tmp_path / "a.tar.gz")


def test_batches_that_python_3_wrote_again(tmp_path):
    """With keys and names as bytes: what `pickle.load(..., encoding="bytes")` gives."""
    folder = write_cifar10(tmp_path / "cifar")
    original = open_dataset(folder, labels=True)
    for file in folder.iterdir():
        content = pickle.loads(file.read_bytes(), encoding="bytes")
        file.write_bytes(pickle.dumps(content, protocol=2))
    again = open_dataset(folder, labels=True)
    np.testing.assert_array_equal(again.images[:], original.images[:])
    assert again.label_names == original.label_names


@pytest.mark.parametrize("kind", ["header", "members"])
def test_archives_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch, kind):
    """A header of 200 MB, all zeros, takes 200 KB; and any number of empty members next to nothing."""
    monkeypatch.setattr(cifar, "MOST_MEMBERS", 10)
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for number in range(20 if kind == "members" else 0):
            archive.addfile(tarfile.TarInfo(f"{number}"))
        if kind == "header":
            name = tarfile.TarInfo("././@LongLink")
            name.type, name.size = tarfile.GNUTYPE_LONGNAME, 200_000_000
            archive.fileobj.write(name.tobuf())
            for _ in range(200):
                archive.fileobj.write(bytes(1_000_000))
    tracemalloc.start()
    with pytest.raises(UserError, match=r"a\.tar\.gz: cannot be read as \.tar\.gz \(it (asks for|has over 10 members)"):
        open_dataset(tmp_path / "a.tar.gz")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
