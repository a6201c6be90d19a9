"""Reading .npz files: memory-mapped where stored, and a clear line for everything that is wrong."""

import tracemalloc
import zipfile

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import checks, open_dataset

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def test_stored_images_are_memory_mapped(tmp_path):
    np.savez(tmp_path / "a.npz", first=np.arange(7), images=IMAGES, sources=np.array(["x"] * 5))
    images = open_dataset(tmp_path / "a.npz").images
    assert isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, IMAGES)


def test_deflated_images_are_read(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES)
    images = open_dataset(tmp_path / "a.npz").images
    assert not isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": IMAGES[0], "y": np.arange(3)}, r"no array `images`.*but `x` uint8 \(8, 8, 3\), `y` int64 \(3,\)$"),
        ({"x": IMAGES, "y": IMAGES}, "has images in `x` and in `y`; name one of them `images`"),
        ({"images": IMAGES.astype(np.float32)}, "dtype float32; it must be uint8"),
        ({"images": IMAGES[0]}, r"shape \(8, 8, 3\)"),
        ({"images": IMAGES[:, :4]}, "images are 8x4; they must be square"),
        ({"images": IMAGES[..., :2]}, "2 channels"),
        ({"images": IMAGES[:0]}, "holds no image"),
        ({"images": np.array([{"a": 1}], dtype=object)}, "holds Python objects"),
    ],
)
def test_wrong_content_is_named(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(UserError, match=message) as caught:
        open_dataset(tmp_path / "a.npz")
    assert "a.npz" in str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "arrays",
    [
        {"arr_0": IMAGES},
        {"images": np.asfortranarray(IMAGES)},
        {"images": IMAGES.transpose(0, 3, 1, 2)},
        {"x_test": IMAGES[:, :4, :4], "x_train": IMAGES, "y_train": np.arange(len(IMAGES))},
    ],
)
def test_other_names_and_orders_are_read(tmp_path, save, arrays):
    save(tmp_path / "a.npz", **arrays)
    images = open_dataset(tmp_path / "a.npz").images
    assert images.shape == IMAGES.shape
    np.testing.assert_array_equal(images[np.array([3, 1])], IMAGES[[3, 1]])


def test_an_upper_case_suffix_is_one(tmp_path):
    np.savez(tmp_path / "a.npz", images=IMAGES)
    np.testing.assert_array_equal(open_dataset((tmp_path / "a.npz").rename(tmp_path / "A.NPZ")).images[:], IMAGES)


@pytest.mark.parametrize("size", [0, 10, 500, 1000])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_truncated_files_are_named(tmp_path, size, save):
    save(tmp_path / "a.npz", images=IMAGES)
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(data[: min(size, len(data) - 30)])
    with pytest.raises(UserError, match=r"cannot be read as \.npz"):
        open_dataset(tmp_path / "a.npz")


def test_damaged_deflated_data_is_named(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES)
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[300:320] = b"\xff" * 20
    (tmp_path / "a.npz").write_bytes(bytes(data))
    with pytest.raises(UserError, match=r"cannot be read as \.npz"):
        open_dataset(tmp_path / "a.npz")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        open_dataset(tmp_path / "a.npz")


def test_labels_are_read_with_their_names(tmp_path):
    names = np.array(["cat", "dog", "owl"])
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=np.array([2, 0, 0, 2, 0], np.uint8), label_names=names)
    dataset = open_dataset(tmp_path / "a.npz", labels=True)
    assert dataset.labels.tolist() == [2, 0, 0, 2, 0]
    assert dataset.labels.dtype == np.int64
    assert dataset.label_names == ("cat", "dog", "owl")
    without = open_dataset(tmp_path / "a.npz")
    assert without.labels is None
    assert without.label_names == ()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "no array `labels`"),
        ({"labels": np.zeros(4, int)}, r"`labels` is int64 \(4,\); it must be integers \(5,\)"),
        ({"labels": np.zeros((5, 2), int)}, r"int64 \(5, 2\)"),
        ({"labels": np.zeros(5)}, "`labels` is float64"),
        ({"labels": np.array([0, 1, 2, 3, -1])}, "`labels` are -1 to 3"),
        ({"labels": np.full(5, 2**40)}, "to 1048575, the number of classes less 1"),
        ({"labels": np.arange(5), "label_names": np.array(["a", "b"])}, "are 0 to 4; they must be 0 to 1"),
        ({"labels": np.arange(5), "label_names": np.arange(5)}, "`label_names` is int64"),
        ({"labels": np.array([{}] * 5)}, "holds Python objects"),
    ],
)
def test_wrong_labels_are_named(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", images=IMAGES, **arrays)
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path / "a.npz", labels=True)
    assert len(open_dataset(tmp_path / "a.npz").images) == 5


@pytest.mark.parametrize(("fit", "side"), [("crop", 4), ("pad", 8)])
def test_images_that_are_not_square_can_be_fitted(tmp_path, fit, side):
    np.savez(tmp_path / "a.npz", images=IMAGES[:, :4])
    images = open_dataset(tmp_path / "a.npz", fit=fit).images
    assert images.shape == (5, side, side, 3)
    middle = images[np.array([3])][0]
    expected = IMAGES[3, :4, 2:6] if fit == "crop" else np.pad(IMAGES[3, :4], [(2, 2), (0, 0), (0, 0)])
    np.testing.assert_array_equal(middle, expected)


def test_images_that_are_not_square_are_refused_with_the_options(tmp_path):
    np.savez(tmp_path / "a.npz", images=IMAGES[:, :4])
    with pytest.raises(UserError, match=r"images are 8x4; they must be square.*`fit` crop or `fit` pad"):
        open_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize("shape", ["(9, 8, 8, 3)", "(-5, 8, 8, 3)", "(5, 8, 8, 1000000000000)", "(5, 8, 8, 2)"])
def test_headers_that_lie_about_the_size_are_refused(tmp_path, shape):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + IMAGES.tobytes()
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "a.npz", "w", compression) as archive:
            archive.writestr("images.npy", data)
        with pytest.raises(UserError, match="not as long as its header says"):
            open_dataset(tmp_path / "a.npz")


def test_deflated_images_too_large_for_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "MOST_MEMORY", 900)
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES)
    with pytest.raises(UserError, match="too much to hold in memory; store it uncompressed"):
        open_dataset(tmp_path / "a.npz")


def test_a_header_of_many_megabytes_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x02\x00" + (50_000_000).to_bytes(4, "little") + bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(UserError, match="its header is too long"):
        open_dataset(tmp_path / "a.npz")
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
