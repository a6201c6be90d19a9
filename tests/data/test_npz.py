"""Reading .npz files: memory-mapped where stored, and a clear line for everything that is wrong."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import open_npz

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def test_stored_images_are_memory_mapped(tmp_path):
    np.savez(tmp_path / "a.npz", first=np.arange(7), images=IMAGES, sources=np.array(["x"] * 5))
    images = open_npz(tmp_path / "a.npz")
    assert isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, IMAGES)


def test_deflated_images_are_read(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES)
    images = open_npz(tmp_path / "a.npz")
    assert not isinstance(images, np.memmap)
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": IMAGES}, "no array `images`"),
        ({"images": IMAGES.astype(np.float32)}, "dtype float32; it must be uint8"),
        ({"images": IMAGES[0]}, r"shape \(8, 8, 3\)"),
        ({"images": IMAGES[:, :4]}, "images are 8x4; they must be square"),
        ({"images": IMAGES[..., :2]}, "2 channels"),
        ({"images": IMAGES[:0]}, "holds no image"),
        ({"images": np.array([{"a": 1}], dtype=object)}, "holds Python objects"),
        ({"images": np.asfortranarray(IMAGES)}, "Fortran order"),
    ],
)
def test_wrong_content_is_named(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(UserError, match=message) as caught:
        open_npz(tmp_path / "a.npz")
    assert "a.npz" in str(caught.value)


@pytest.mark.parametrize("size", [0, 10, 500, 1000])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_truncated_files_are_named(tmp_path, size, save):
    save(tmp_path / "a.npz", images=IMAGES)
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(data[: min(size, len(data) - 30)])
    with pytest.raises(UserError, match=r"cannot be read as \.npz"):
        open_npz(tmp_path / "a.npz")


def test_damaged_deflated_data_is_named(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES)
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[300:320] = b"\xff" * 20
    (tmp_path / "a.npz").write_bytes(bytes(data))
    with pytest.raises(UserError, match=r"cannot be read as \.npz"):
        open_npz(tmp_path / "a.npz")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        open_npz(tmp_path / "a.npz")
