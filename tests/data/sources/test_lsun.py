"""LSUN: an LMDB of JPEG or WebP pictures of various sizes."""

import re
import struct
from contextlib import suppress

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES, encoded, write_lsun

PICTURES = [encoded(image) for image in IMAGES]


def test_pictures_come_in_the_order_of_their_keys(tmp_path):
    images = open_dataset(write_lsun(tmp_path / "bedroom_train_lmdb", PICTURES)).images
    assert images.shape == IMAGES.shape
    np.testing.assert_array_equal(images[np.array([11, 0, 5])], IMAGES[[11, 0, 5]])


def test_real_sizes_are_cropped_only_on_demand(tmp_path):
    flat = np.random.default_rng(0).integers(0, 256, (20, 35, 3), dtype=np.uint8)
    path = write_lsun(tmp_path / "lmdb", [encoded(flat, "JPEG"), encoded(IMAGES[0], "WEBP")])
    with pytest.raises(UserError, match=r"lmdb, key 0{40}: is 35x20; images must be square"):
        open_dataset(path)
    assert open_dataset(path, fit="crop").images.shape == (2, 16, 16, 3)
    assert open_dataset(path, fit="crop", side=8).images[:].shape == (2, 8, 8, 3)
    assert open_dataset(path, fit="pad").images.shape == (2, 32, 32, 3)


def test_one_folder_can_be_opened_twice(tmp_path):
    path = write_lsun(tmp_path / "lmdb", PICTURES)
    first, second = open_dataset(path).images, open_dataset(path).images
    np.testing.assert_array_equal(first[:], second[:])


def test_the_file_stands_for_its_folder(tmp_path):
    folder = write_lsun(tmp_path / "a", [encoded(image) for image in IMAGES])
    np.testing.assert_array_equal(open_dataset(folder / "data.mdb").images[:], IMAGES)


def test_there_are_no_labels(tmp_path):
    with pytest.raises(NoLabelsError, match="an LMDB has no labels"):
        open_dataset(write_lsun(tmp_path / "lmdb", PICTURES), labels=True)


def test_values_that_are_no_pictures_are_named(tmp_path):
    with pytest.raises(UserError, match=r"key 0{39}1: is not a picture"):
        open_dataset(write_lsun(tmp_path / "lmdb", [PICTURES[0], b"12"]))


def test_an_empty_database_is_named(tmp_path):
    with pytest.raises(UserError, match="holds no picture"):
        open_dataset(write_lsun(tmp_path / "lmdb", []))


@pytest.mark.parametrize("length", [0, 100, 4096, 10000, 30000])
def test_truncated_files_are_named(tmp_path, length):
    """LMDB itself would crash when it reaches the end of the file."""
    path = write_lsun(tmp_path / "lmdb", PICTURES)
    data = (path / "data.mdb").read_bytes()
    (path / "data.mdb").write_bytes(data[:length])
    with pytest.raises(UserError, match=r"data\.mdb: is damaged or truncated \(.+\)"):
        open_dataset(path)


def test_a_value_that_leaves_the_file_is_named(tmp_path):
    """Each node of a page is: length of the value, flags, length of the key, key."""
    path = write_lsun(tmp_path / "lmdb", PICTURES)
    data = bytearray((path / "data.mdb").read_bytes())
    node = data.index(b"0" * 39 + b"5") - 8
    assert int.from_bytes(data[node : node + 4], "little") == len(PICTURES[5])
    data[node : node + 4] = b"\xff\xff\xff\x7f"
    (path / "data.mdb").write_bytes(data)
    with pytest.raises(UserError, match=r"data\.mdb: is damaged or truncated \(reading it crashes\)"):
        open_dataset(path)


def test_damaged_pages_are_survived(tmp_path):
    random = np.random.default_rng(0)
    for attempt in range(15):
        path = write_lsun(tmp_path / str(attempt), PICTURES)
        data = bytearray((path / "data.mdb").read_bytes())
        for place in random.integers(0, 4 * 4096, 20):
            data[place] = random.integers(256)
        (path / "data.mdb").write_bytes(data)
        with suppress(UserError):
            open_dataset(path).images[:]


def test_keys_that_end_in_zero_bytes(tmp_path):
    """Numbers of four bytes, the highest first; one is not a picture."""
    pictures = {struct.pack(">I", number): picture for number, picture in enumerate(PICTURES[:3], 255)}
    path = write_lsun(tmp_path / "lmdb", pictures)
    np.testing.assert_array_equal(open_dataset(path).images[:], IMAGES[:3])
    with pytest.raises(UserError, match=re.escape(r"key \x00\x00\x01\x00: is not a picture")):
        open_dataset(write_lsun(tmp_path / "other", pictures | {struct.pack(">I", 256): b"12"}))
