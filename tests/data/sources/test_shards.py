"""Shards: read as one, in order, without a copy, and only if they belong together."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES, LABELS, write_npz


@pytest.fixture
def shards(tmp_path):
    for number, here in enumerate((slice(0, 5), slice(5, 6), slice(6, 12))):
        write_npz(tmp_path / f"faces-{number:05}.npz", images=IMAGES[here], labels=LABELS[here])
    return tmp_path


@pytest.mark.parametrize("name", ["", "faces-*.npz", "faces-0000[0-2].npz", "faces-0000?.npz"])
def test_a_folder_or_a_pattern_is_one_data_set(shards, name):
    dataset = open_dataset(shards / name, labels=True)
    assert dataset.images.shape == (12, 32, 32, 3)
    assert len(dataset.images) == 12
    np.testing.assert_array_equal(dataset.images[:], IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.labels.dtype == np.int64
    assert dataset.label_names == tuple("0123456789")


@pytest.mark.parametrize(
    "indices", [[0, 11], [11, 0, 5, 5, 4, 6], [], slice(3, 8), slice(None, None, -1), slice(-2, 99)]
)
def test_any_images_in_any_order(shards, indices):
    images = open_dataset(shards).images
    indices = indices if isinstance(indices, slice) else np.array(indices, int)
    np.testing.assert_array_equal(images[indices], IMAGES[indices])


def test_shards_are_memory_mapped(shards):
    assert all(isinstance(part, np.memmap) for part in open_dataset(shards).images._parts)


def test_what_is_no_shard_is_not_read(shards):
    (shards / ".faces-00003.npz").write_text("being written")
    (shards / "notes.txt").write_text("notes")
    assert len(open_dataset(shards).images) == 12


def test_a_missing_shard_is_named(shards):
    (shards / "faces-00001.npz").unlink()
    with pytest.raises(UserError, match=r"faces-00001\.npz: is missing"):
        open_dataset(shards)


def test_a_damaged_shard_is_named(shards):
    (shards / "faces-00001.npz").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"faces-00001\.npz: cannot be read"):
        open_dataset(shards)


def test_shards_of_another_size_are_named(shards):
    write_npz(shards / "faces-00002.npz", images=IMAGES[:, :16, :16])
    with pytest.raises(UserError, match=r"faces-00002\.npz: has images \(16, 16, 3\)"):
        open_dataset(shards)


def test_shards_of_other_classes_are_named(shards):
    write_npz(shards / "faces-00002.npz", label_names=np.array(list("abcdefghij")))
    with pytest.raises(UserError, match="other `label_names` than"):
        open_dataset(shards, labels=True)


def test_one_shard_without_labels_is_named(shards):
    np.savez(shards / "faces-00001.npz", images=IMAGES[:1])
    with pytest.raises(NoLabelsError, match=r"faces-00001\.npz: has no array `labels`"):
        open_dataset(shards, labels=True)
    assert open_dataset(shards).labels is None


def test_a_pattern_without_files_is_named(tmp_path):
    with pytest.raises(UserError, match=r"faces-\*\.npz: no file matches"):
        open_dataset(tmp_path / "faces-*.npz")
