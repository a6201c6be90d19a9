"""Names of classes, from labels.txt beside a generator."""

import pytest

from pgkeras import UserError
from pgkeras.labels import read_label_names


def test_names_that_are_no_utf_8_are_an_error(tmp_path):
    (tmp_path / "labels.txt").write_bytes("Bär\nWal\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"labels.txt: is no UTF-8 text; save it as UTF-8"):
        read_label_names(tmp_path / "generator_0004.keras", 2)
    (tmp_path / "labels.txt").write_bytes("Bär\nWal\n".encode())
    assert read_label_names(tmp_path / "generator_0004.keras", 2) == ["Bär", "Wal"]
