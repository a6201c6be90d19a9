""".npy files: one of all images, or one for each."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES


def write(folder, arrays):
    for number, array in enumerate(arrays):
        np.save(folder / f"img{number:05}.npy", array)
    return folder


@pytest.mark.parametrize("images", [IMAGES, IMAGES.transpose(0, 3, 1, 2), np.asfortranarray(IMAGES)])
def test_one_file_of_all(tmp_path, images):
    np.save(tmp_path / "a.npy", images)
    found = open_dataset((tmp_path / "a.npy").rename(tmp_path / "A.NPY")).images
    assert found.shape == IMAGES.shape
    np.testing.assert_array_equal(found[np.array([5, 2, 5])], IMAGES[[5, 2, 5]])


@pytest.mark.parametrize(
    "arrays",
    [IMAGES, IMAGES.transpose(0, 3, 1, 2), IMAGES.transpose(0, 3, 1, 2)[:, None], IMAGES.reshape(4, 3, 32, 32, 3)],
    ids=["each", "channels first", "batches of one", "batches of three"],
)
def test_a_folder_of_files(tmp_path, arrays):
    (tmp_path / ".DS_Store").touch()
    found = open_dataset(write(tmp_path, arrays)).images
    assert found.shape == IMAGES.shape
    np.testing.assert_array_equal(found[np.array([11, 0, 4])], IMAGES[[11, 0, 4]])
    np.testing.assert_array_equal(found[2:7], IMAGES[2:7])


def test_grey_images_without_an_axis_of_channels(tmp_path):
    found = open_dataset(write(tmp_path, IMAGES[..., 0])).images
    np.testing.assert_array_equal(found[:], IMAGES[..., :1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            [IMAGES[0], IMAGES[1, :8]],
            r"img00001\.npy: holds uint8 \(1, 8, 32, 3\), but .*img00000.npy uint8 \(1, 32, 32, 3\)",
        ),
        ([IMAGES[0].astype(np.float32)], "dtype float32; it must be uint8"),
        ([IMAGES[0, :8]], "images are 32x8; they must be square"),
        ([np.array([{}])], r"img00000\.npy: cannot be read as \.npy"),
        ([np.arange(5, dtype=np.uint8)], r"holds uint8 \(5,\); give uint8"),
        ([np.uint8(5)], r"holds uint8 \(\); give uint8"),
    ],
)
def test_other_content_is_named(tmp_path, arrays, message):
    with pytest.raises(UserError, match=message):
        open_dataset(write(tmp_path, arrays))


def test_there_are_no_labels(tmp_path):
    with pytest.raises(NoLabelsError, match=r"an \.npy has no labels; save an \.npz with `images` and `labels`"):
        open_dataset(write(tmp_path, IMAGES), labels=True)


def test_a_damaged_file_is_named(tmp_path):
    write(tmp_path, IMAGES)
    (tmp_path / "img00003.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(UserError, match=r"img00003\.npy: cannot be read as \.npy"):
        open_dataset(tmp_path)


def test_an_array_of_grey_images_without_an_axis_of_channels(tmp_path):
    """(images, height, width), as MNIST comes; with 1 or 3 first or last it is one image."""
    np.save(tmp_path / "grey.npy", IMAGES[..., 0])
    np.testing.assert_array_equal(open_dataset(tmp_path / "grey.npy").images[:], IMAGES[..., :1])
    np.save(tmp_path / "one.npy", IMAGES[0])
    assert open_dataset(tmp_path / "one.npy").images.shape == (1, 32, 32, 3)
