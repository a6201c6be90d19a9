"""Program headers made by hand, and what a linker makes of them on 16 KB pages."""

import struct

import pytest

from android_demo.apk.elf import page_problem, read_elf

PAGE = 0x4000
LOAD, RELRO = 1, 0x6474E552
READ, WRITE = 4, 2


def library(*headers) -> bytes:
    """A 64-bit file that is all headers: kind, flags, address, length and alignment of each segment."""
    start = b"\x7fELF\x02\x01".ljust(0x20, b"\0") + struct.pack("<Q", 64)
    start = start.ljust(0x36, b"\0") + struct.pack("<HH", 56, len(headers))
    rows = [
        struct.pack("<IIQQQQQQ", kind, flags, 0, address, address, 0, length, alignment)
        for kind, flags, address, length, alignment in headers
    ]
    return start.ljust(64, b"\0") + b"".join(rows)


def problem(*headers) -> str | None:
    return page_problem(read_elf(library(*headers)), PAGE)


CODE = (LOAD, READ, 0, 0x5000, PAGE)


def test_relro_that_fills_its_segment():
    relro = (LOAD, WRITE, 0x9000, 0x3000, PAGE), (RELRO, READ, 0x9000, 0x3000, 1)
    assert problem(CODE, *relro, (LOAD, WRITE, 0x10000, 0x500, PAGE)) is None


def test_segments_on_4_kb():
    assert problem(CODE, (LOAD, WRITE, 0x9000, 0x3000, 0x1000)) == "its segments are aligned to 4096 bytes"


def test_data_behind_relro_on_its_last_page():
    data = (LOAD, WRITE, 0x8000, 0x6000, PAGE)
    assert problem(CODE, data, (RELRO, READ, 0x8000, 0x4000, 1)) is None
    assert "from 0x8000 to 0xb000" in problem(CODE, data, (RELRO, READ, 0x8000, 0x3000, 1))


def test_data_before_relro_on_its_first_page():
    data = (LOAD, WRITE, 0x8000, 0x1000, PAGE), (LOAD, WRITE, 0x9000, 0x3000, PAGE)
    assert "shares a page" in problem(CODE, *data, (RELRO, READ, 0x9000, 0x3000, 1))


def test_code_on_its_first_page_is_read_only_anyway():
    assert (
        problem((LOAD, READ, 0, 0x9000, PAGE), (LOAD, WRITE, 0x9000, 0x3000, PAGE), (RELRO, READ, 0x9000, 0x3000, 1))
        is None
    )


def test_a_file_without_segments():
    assert "aligned to 0 bytes" in problem()


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x7fELF\x01\x01" + bytes(100)])
def test_no_64_bit_library(content):
    with pytest.raises(ValueError, match="is not a 64-bit ELF file"):
        read_elf(content)


def test_a_truncated_library():
    with pytest.raises(ValueError, match="is not a complete ELF file"):
        read_elf(library(CODE)[:-1])
