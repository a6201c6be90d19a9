"""MNIST's format: plain and gzipped, bordered to 32 pixels, its labels beside it."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, checks, open_dataset
from tests.data.sources.formats import LABELS, write_idx

DIGITS = np.random.default_rng(2).integers(0, 256, (12, 28, 28), dtype=np.uint8)


def write(folder, suffix="", prefix="train-", images=DIGITS, labels=LABELS):
    write_idx(folder / f"{prefix}images-idx3-ubyte{suffix}", images)
    write_idx(folder / f"{prefix}labels-idx1-ubyte{suffix}", labels)
    return folder


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_digits_get_a_border(tmp_path, suffix):
    write(tmp_path, suffix)
    write(tmp_path, suffix, "t10k-", DIGITS[:3], LABELS[:3])
    dataset = open_dataset(tmp_path, labels=True)
    assert dataset.images.shape == (12, 32, 32, 1)
    images = dataset.images[np.array([4, 1])]
    np.testing.assert_array_equal(images[:, 2:30, 2:30, 0], DIGITS[[4, 1]])
    images[:, 2:30, 2:30] = 0
    assert not images.any()
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple("0123456789")


def test_any_file_can_be_given(tmp_path):
    write(tmp_path, "", "t10k-", DIGITS[:3], LABELS[:3])
    assert len(open_dataset(tmp_path / "t10k-images-idx3-ubyte", labels=True).images) == 3


def test_names_with_a_dot(tmp_path):
    write_idx(tmp_path / "train-images.idx3-ubyte", DIGITS)
    write_idx(tmp_path / "train-labels.idx1-ubyte.gz", LABELS)
    np.testing.assert_array_equal(open_dataset(tmp_path, labels=True).labels, LABELS)


@pytest.mark.parametrize("place", ["raw", "MNIST/raw"])
def test_torchvisions_folders(tmp_path, place):
    write(tmp_path / place, ".gz")
    write(tmp_path / place)
    np.testing.assert_array_equal(open_dataset(tmp_path, labels=True).labels, LABELS)


def test_files_in_folders_of_their_names(tmp_path):
    """As some archives unpack them."""
    for name, array in (("train-images-idx3-ubyte", DIGITS), ("train-labels-idx1-ubyte", LABELS)):
        write_idx(tmp_path / name / name, array)
    dataset = open_dataset(tmp_path, labels=True)
    assert dataset.images.shape == (12, 32, 32, 1)
    np.testing.assert_array_equal(dataset.labels, LABELS)


def test_several_of_torchvisions_sets_are_named(tmp_path):
    write(tmp_path / "MNIST/raw")
    write(tmp_path / "FashionMNIST/raw")
    with pytest.raises(UserError, match="holds FashionMNIST/raw/train-images-idx3-ubyte, MNIST/raw/train-images"):
        open_dataset(tmp_path)


def test_the_unpacked_file_is_memory_mapped(tmp_path):
    write(tmp_path, ".gz", images=DIGITS[:5], labels=LABELS[:5])
    write(tmp_path, images=np.zeros((2, 32, 32)), labels=LABELS[:2])
    images = open_dataset(tmp_path).images
    assert images.shape == (2, 32, 32, 1)
    assert isinstance(images, np.memmap)


def test_emnist_is_turned_upright_and_its_labels_begin_at_zero(tmp_path):
    write(tmp_path, prefix="emnist-letters-train-", labels=LABELS + 1)
    dataset = open_dataset(tmp_path, labels=True)
    np.testing.assert_array_equal(dataset.images[:][3, 2:30, 2:30, 0], DIGITS[3].T)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple(str(number) for number in range(1, 11))


def test_several_sets_are_named(tmp_path):
    write(tmp_path, prefix="emnist-letters-train-")
    write(tmp_path, prefix="emnist-digits-train-")
    with pytest.raises(UserError, match="holds emnist-digits-train-images-idx3-ubyte, emnist-letters"):
        open_dataset(tmp_path)


def test_missing_labels_are_named(tmp_path):
    write_idx(tmp_path / "train-images-idx3-ubyte", DIGITS)
    assert open_dataset(tmp_path).labels is None
    with pytest.raises(NoLabelsError, match="train-labels-idx1-ubyte: no such file"):
        open_dataset(tmp_path, labels=True)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (DIGITS[0], LABELS, "cannot be read as idx .it begins with 00000802"),
        (DIGITS[:0], LABELS, "holds no image"),
        (DIGITS[:, :8], LABELS, "images are 28x8; they must be square"),
        (DIGITS, LABELS[:4], "must be integers"),
        (DIGITS, DIGITS, "labels-idx1-ubyte.*: cannot be read as idx .it begins with 00000803"),
    ],
)
def test_other_content_is_named(tmp_path, suffix, images, labels, message):
    write(tmp_path, suffix, images=images, labels=labels)
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path, labels=True)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_header_that_announces_too_much_is_refused(tmp_path, suffix, monkeypatch):
    path = write_idx(tmp_path / f"train-images-idx3-ubyte{suffix}", DIGITS)
    monkeypatch.setattr(checks, "MOST_MEMORY", 1000)
    if suffix:
        with pytest.raises(UserError, match="too much to hold in memory"):
            open_dataset(tmp_path)
    path.unlink()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + b"\xff" * 12)
    with pytest.raises(UserError, match="not as long as its header says"):
        open_dataset(tmp_path)
