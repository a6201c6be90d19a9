"""The frame around each record of a TFRecord file, such as TensorBoard's event files are.

A record is its length as uint64, that number's checksum as uint32, the payload, and the payload's checksum.
"""

import struct

import google_crc32c

BEFORE, AFTER = 12, 4  # bytes around the payload


def framed(payload: bytes) -> bytes:
    """A record, as TFRecord files hold one after another.

    Args:
        payload: what the record says.

    >>> framed(b"abc").hex()
    '0300000000000000b099490e6162636e57f121'
    """
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", masked_crc(length)) + payload + struct.pack("<I", masked_crc(payload))


def masked_crc(data: bytes) -> int:
    """The checksum: CRC-32C, rotated right by 15 bits, plus a constant.

    Args:
        data: what is checked.
    """
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
