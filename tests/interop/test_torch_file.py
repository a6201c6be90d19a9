"""Files of torch.save, both formats: contents, and hostile ones."""

import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.interop.torch_file import is_torch_file, read_torch_file
from tests.interop.gan_zoo import Tensor, write_legacy, write_zip

FORMATS = [write_zip, write_legacy]
ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)


def refused(path: Path) -> str:
    tracemalloc.start()
    with pytest.raises(UserError) as caught:
        read_torch_file(path, {})
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("write", FORMATS)
def test_tensors(tmp_path, write):
    path = write(tmp_path / "model.pt", {"a": Tensor(ARRAY), "b": [Tensor(np.float32(7)), 1.5]})
    assert is_torch_file(path)
    loaded = read_torch_file(path, {})
    np.testing.assert_array_equal(loaded["a"].array, ARRAY)
    assert loaded["b"][0].array == 7
    assert loaded["b"][1] == 1.5


def persistent_tensor(storage_type: bytes, elements: int, offset: int, shape: bytes, strides: bytes) -> bytes:
    """The pickle of one tensor, whose storage has key "0"; an instruction at a time."""
    storage = b"(X\x07\x00\x00\x00storagec" + storage_type + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    storage += b"\x8a\x08" + struct.pack("<q", elements) + b"tQ"
    arguments = (
        b"(" + storage + b"J" + struct.pack("<i", offset) + shape + strides + b"\x89ccollections\nOrderedDict\n)Rt"
    )
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R."


def zip_of(path: Path, data: bytes, storage: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/data/0", storage)
    return path


def test_views_with_strides_and_offsets(tmp_path):
    """Rows 1 and 2 of a 3x2 matrix, transposed, in float16 on a GPU."""
    data = persistent_tensor(b"torch.cuda\nHalfStorage", 6, 2, b"K\x02K\x02\x86", b"K\x01K\x02\x86")
    path = zip_of(tmp_path / "view.pt", data, np.arange(6, dtype="<f2").tobytes())
    np.testing.assert_array_equal(read_torch_file(path, {}).array, [[2, 4], [3, 5]])


FLOAT = b"torch\nFloatStorage"
HOSTILE_TENSORS = {
    "a storage of 10 GB": (FLOAT, 10 * 2**30, 0, b"K\x02\x85", b"K\x01\x85"),
    "a storage of less than nothing": (FLOAT, -1, 0, b"K\x02\x85", b"K\x01\x85"),
    "more than its storage": (FLOAT, 2, 0, b"K\x03\x85", b"K\x01\x85"),
    "behind its storage": (FLOAT, 2, 1, b"K\x02\x85", b"K\x01\x85"),
    "one number, a million times": (FLOAT, 2, 0, b"J\x40\x42\x0f\x00\x85", b"K\x00\x85"),
    "before its storage": (FLOAT, 2, -1, b"K\x02\x85", b"K\x01\x85"),
    "backwards": (FLOAT, 2, 1, b"K\x02\x85", b"J\xff\xff\xff\xff\x85"),
    "strides for another shape": (FLOAT, 2, 0, b"K\x02\x85", b"K\x01K\x01\x86"),
    "a storage of objects": (b"torch\nObjectStorage", 2, 0, b"K\x02\x85", b"K\x01\x85"),
    "nine axes": (FLOAT, 2, 0, b"(" + 9 * b"K\x01" + b"t", b"(" + 9 * b"K\x01" + b"t"),
    "a stride of 2**100": (FLOAT, 2, 0, b"K\x01\x85", b"\x8a\x0d" + 12 * b"\x00" + b"\x10" + b"\x85"),
    "a command": (b"os\nsystem", 2, 0, b"K\x02\x85", b"K\x01\x85"),
}


@pytest.mark.parametrize("name", HOSTILE_TENSORS)
def test_hostile_tensors(tmp_path, name):
    refused(zip_of(tmp_path / "model.pt", persistent_tensor(*HOSTILE_TENSORS[name]), np.zeros(2, "<f4").tobytes()))


@pytest.mark.parametrize("write", FORMATS)
def test_truncated_files(tmp_path, write):
    path = write(tmp_path / "model.pt", [Tensor(ARRAY), Tensor(ARRAY)])
    whole = path.read_bytes()
    for length in (0, 1, 14, 100, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:length])
        assert "cannot be read as" in refused(path)


def test_legacy_storage_of_10_gb(tmp_path):
    path = write_legacy(tmp_path / "model.pt", [Tensor(ARRAY)])
    whole = path.read_bytes()
    path.write_bytes(whole[: -24 - 8] + struct.pack("<q", 10 * 2**30) + whole[-24:])
    assert "another size" in refused(path)


def test_a_list_made_into_a_dict_over_and_over(tmp_path):
    """A short program that would fill the memory."""
    pairs = b"]q\x00(" + b"".join(b"M" + struct.pack("<H", number) + b"K\x00\x86" for number in range(2000)) + b"e"
    once = b"ccollections\nOrderedDict\nh\x00\x85R"
    data = b"\x80\x02" + pairs + b"](" + 1000 * once + b"e."
    assert "makes more of its bytes" in refused(zip_of(tmp_path / "model.pt", data, b""))


def test_compressed_archives(tmp_path):
    """What is no larger than its file cannot burst the memory; torch.save does not compress."""
    path = write_zip(tmp_path / "model.pt", [Tensor(np.zeros(10**6))], zipfile.ZIP_DEFLATED)
    assert "is compressed" in refused(path)


def test_overlapping_members(tmp_path):
    """A directory of the archive that names the same bytes twice."""
    path = write_zip(tmp_path / "model.pt", [Tensor(np.zeros(1000)), Tensor(np.zeros(1000))])
    with zipfile.ZipFile(path, "a") as archive:
        first, second = archive.getinfo("model/data/0"), archive.getinfo("model/data/1")
        second.header_offset = first.header_offset
        archive.infolist().extend([first] * 3)
        archive._didModify = True
    assert "overlap" in refused(path)


def test_other_archives_and_machines(tmp_path):
    np.savez(tmp_path / "faces.npz", images=ARRAY)
    assert "has no data.pkl" in refused(tmp_path / "faces.npz")
    with zipfile.ZipFile(tmp_path / "big.pt", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps([]))
        archive.writestr("model/byteorder", "big")
    assert "big-endian" in refused(tmp_path / "big.pt")
