"""HDF5: `images`, and the files of other GAN tools."""

import h5py
import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES, LABELS, write_hdf5


def test_images_and_labels(tmp_path):
    dataset = open_dataset(write_hdf5(tmp_path / "a.h5"), labels=True)
    assert dataset.images.shape == IMAGES.shape
    assert len(dataset.images) == 12
    chosen = np.array([7, 0, 7, 3])
    np.testing.assert_array_equal(dataset.images[chosen], IMAGES[chosen])
    np.testing.assert_array_equal(dataset.images[-3:], IMAGES[-3:])
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert open_dataset(tmp_path / "a.h5").labels is None


def test_biggan_pytorch_names_and_channels_first(tmp_path):
    path = write_hdf5(tmp_path / "a.hdf5", images=None, imgs=IMAGES.transpose(0, 3, 1, 2), labels=LABELS)
    dataset = open_dataset(path, labels=True)
    np.testing.assert_array_equal(dataset.images[np.array([2, 1])], IMAGES[[2, 1]])


def test_theano_pggan_keeps_the_largest_resolution(tmp_path):
    channels_first = IMAGES.transpose(0, 3, 1, 2)
    arrays = {f"data{side}x{side}": channels_first[:, :, :side, :side] for side in (4, 16, 32, 8)}
    path = write_hdf5(tmp_path / "a.h5", images=None, labels=None, **arrays)
    np.testing.assert_array_equal(open_dataset(path).images[:], IMAGES)


def test_grey(tmp_path):
    assert open_dataset(write_hdf5(tmp_path / "a.h5", images=IMAGES[..., :1])).images.shape == (12, 32, 32, 1)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": None, "labels": None}, "no array `images`, nor any uint8"),
        ({"images": None, "a": IMAGES, "b": IMAGES}, "images in `a` and in `b`; name one"),
        ({"images": IMAGES.astype(np.float32)}, "dtype float32"),
        ({"images": IMAGES[0]}, r"shape \(32, 32, 3\)"),
        ({"images": IMAGES[:0]}, "holds no image"),
        ({"images": IMAGES[:, :16]}, "32x16; they must be square"),
        ({"labels": LABELS[:3]}, "must be integers"),
        ({"labels": LABELS / 2}, "must be integers"),
    ],
)
def test_other_content_is_named(tmp_path, arrays, message):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, array in ({"images": IMAGES, "labels": LABELS} | arrays).items():
            if array is not None:
                file[name] = array
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path / "a.h5", labels=True)


def test_missing_labels_are_named(tmp_path):
    with pytest.raises(NoLabelsError, match="no array `labels`"):
        open_dataset(write_hdf5(tmp_path / "a.h5", labels=None), labels=True)


def test_images_that_are_announced_but_not_there_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("images", (100, 100_000, 100_000, 3), np.uint8, chunks=(1, 100, 100, 3))
    with pytest.raises(UserError, match="images are 100000x100000"):
        open_dataset(tmp_path / "a.h5")
