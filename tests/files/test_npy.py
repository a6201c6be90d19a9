"""Damaged .npy files."""

import numpy as np
import pytest

from pgkeras.errors import UserError
from pgkeras.files.npy import read_npy


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


DAMAGED = {
    "half a header": header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,\n"),
    "more than memory holds": header("{'descr': '<f4', 'fortran_order': False, 'shape': (10**3, 10**12)}\n").replace(
        b"(10**3, 10**12)", b"(1000, 99999999)"
    ),
    "objects": header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n") + b"\x80\x02N.",
    "nothing": b"",
}


@pytest.mark.parametrize("contents", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_one_line(tmp_path, contents):
    (tmp_path / "a.npy").write_bytes(contents)
    with pytest.raises(UserError, match=r"a\.npy: cannot be read as \.npy \(.+\); give one array") as caught:
        read_npy(tmp_path / "a.npy")
    assert "\n" not in str(caught.value)


def test_what_np_save_writes_is_read(tmp_path):
    for array in (np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.array(3)):
        np.save(tmp_path / "a.npy", array)
        np.testing.assert_array_equal(read_npy(tmp_path / "a.npy"), array)
