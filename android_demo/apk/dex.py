"""What a .dex file says of itself: the classes it has and refers to, and whether it needs invoke-custom."""

import struct
from dataclasses import dataclass

_MAP_OFFSET, _STRINGS, _TYPES, _CLASSES = 0x34, 0x38, 0x40, 0x60
_CLASS_SIZE = 32
_CALL_SITES = 7


@dataclass(frozen=True)
class Dex:
    """A .dex file's tables.

    Attributes:
        classes: names of the classes it defines, such as java/lang/Object.
        references: names of all classes that it mentions.
        invokes_custom: whether it has call sites: lambdas that were not translated.
    """

    classes: frozenset[str]
    references: frozenset[str]
    invokes_custom: bool


def read_dex(content: bytes) -> Dex:
    """Reads the tables.

    Args:
        content: of a .dex file.

    Raises:
        ValueError: if it is none.
    """
    if not content.startswith(b"dex\n"):
        raise ValueError("it does not begin with dex")
    strings = [_string(content, offset) for (offset,) in _table(content, _STRINGS, "<I", 4)]
    types = [strings[index] for (index,) in _table(content, _TYPES, "<I", 4)]
    defined = [types[index] for (index,) in _table(content, _CLASSES, "<I", _CLASS_SIZE)]
    (map_offset,) = struct.unpack_from("<I", content, _MAP_OFFSET)
    (entries,) = struct.unpack_from("<I", content, map_offset)
    kinds = {struct.unpack_from("<H", content, map_offset + 4 + 12 * index)[0] for index in range(entries)}
    return Dex(_class_names(defined), _class_names(types), _CALL_SITES in kinds)


def _table(content: bytes, header: int, form: str, size: int) -> list[tuple[int, ...]]:
    number, offset = struct.unpack_from("<II", content, header)
    return [struct.unpack_from(form, content, offset + index * size) for index in range(number)]


def _string(content: bytes, offset: int) -> str:
    while content[offset] & 0x80:  # the length, 7 bits a byte
        offset += 1
    end = content.index(0, offset + 1)
    return content[offset + 1 : end].decode("utf-8", "replace")


def _class_names(types: list[str]) -> frozenset[str]:
    """Of classes and of arrays' elements; primitive types are none."""
    elements = (name.lstrip("[") for name in types)
    return frozenset(name[1:-1] for name in elements if name.startswith("L"))
