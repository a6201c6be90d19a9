"""What a library's ELF headers say of pages: where its segments are, and what the linker makes read-only."""

import struct
from dataclasses import dataclass

_LOAD, _RELRO = 1, 0x6474E552
_WRITABLE = 2
_64_BIT = b"\x7fELF\x02\x01"  # and little-endian, as all of Android is


@dataclass(frozen=True)
class Segment:
    """A part of a library in memory.

    Attributes:
        start: address of its first byte.
        end: address behind its last one.
        alignment: what the linker wants of addresses, in bytes.
        writable: whether the library may change it.
    """

    start: int
    end: int
    alignment: int
    writable: bool


@dataclass(frozen=True)
class Elf:
    """A library's segments.

    Attributes:
        loaded: what is mapped.
        read_only: parts of it that become read-only once addresses are filled in (RELRO).
    """

    loaded: list[Segment]
    read_only: list[Segment]


def read_elf(content: bytes) -> Elf:
    """Reads the program headers.

    Args:
        content: of a 64-bit library.

    Raises:
        ValueError: if it is none.
    """
    if not content.startswith(_64_BIT):
        raise ValueError("is not a 64-bit ELF file")
    try:
        return _segments(content)
    except struct.error:
        raise ValueError("is not a complete ELF file") from None


def _segments(content: bytes) -> Elf:
    (offset,) = struct.unpack_from("<Q", content, 0x20)
    size, number = struct.unpack_from("<HH", content, 0x36)
    segments: dict[int, list[Segment]] = {_LOAD: [], _RELRO: []}
    for index in range(number):
        kind, flags, _, start, _, _, length, alignment = struct.unpack_from("<IIQQQQQQ", content, offset + index * size)
        if kind in segments:
            segments[kind].append(Segment(start, start + length, alignment, bool(flags & _WRITABLE)))
    return Elf(segments[_LOAD], segments[_RELRO])


def page_problem(elf: Elf, page: int) -> str | None:
    """Why the linker cannot load a library where pages have a size, or None.

    It protects whole pages: those that RELRO begins or ends in may hold nothing that the library writes.

    Args:
        elf: of the library.
        page: in bytes.
    """
    smallest = min((segment.alignment for segment in elf.loaded), default=0)
    if smallest < page:
        return f"its segments are aligned to {smallest} bytes"
    for relro in elf.read_only:
        first, last = relro.start // page * page, -(-relro.end // page) * page
        for segment in elf.loaded:
            before = (max(segment.start, first), min(segment.end, relro.start))
            behind = (max(segment.start, relro.end), min(segment.end, last))
            if segment.writable and any(start < end for start, end in (before, behind)):
                return f"RELRO, from {relro.start:#x} to {relro.end:#x}, shares a page with what is written"
    return None
