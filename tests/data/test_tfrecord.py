"""The frame of records, against TensorFlow's own writer."""

import pytest

from pgkeras.data.tfrecord import framed, masked_crc


def test_tensorflow_frames_alike(tmp_path):
    tf = pytest.importorskip("tensorflow")
    payloads = [b"", b"abc", bytes(range(256)) * 300]
    file = tmp_path / "a.tfrecords"
    with tf.io.TFRecordWriter(str(file)) as writer:
        for payload in payloads:
            writer.write(payload)
    assert file.read_bytes() == b"".join(map(framed, payloads))


def test_the_checksum_is_rotated_and_moved():
    """CRC-32C of "123456789" is 0xE3069283, by its definition; rotated right by 15 bits, 0x2507C60D."""
    assert masked_crc(b"123456789") == 0x2507C60D + 0xA282EAD8
