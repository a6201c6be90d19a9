"""Where the entries of an APK lie."""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

_LOCAL_HEADER = 30


@dataclass(frozen=True)
class Entry:
    """A file in an APK.

    Attributes:
        name: its path.
        size: in the APK, in bytes.
        unpacked: likewise, once it is inflated.
        stored: not deflated.
        offset: of its first byte.
    """

    name: str
    size: int
    unpacked: int
    stored: bool
    offset: int


def read_entries(apk: Path) -> list[Entry]:
    """The entries of an APK, in its order.

    Args:
        apk: the file.
    """
    with zipfile.ZipFile(apk) as archive, apk.open("rb") as file:
        entries = []
        for info in archive.infolist():
            file.seek(info.header_offset)
            name_length, extra_length = struct.unpack("<26xHH", file.read(_LOCAL_HEADER))
            offset = info.header_offset + _LOCAL_HEADER + name_length + extra_length
            stored = info.compress_type == zipfile.ZIP_STORED
            entries.append(Entry(info.filename, info.compress_size, info.file_size, stored, offset))
    return entries
