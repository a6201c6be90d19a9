"""TFRecords against those that the official tool wrote, and against TensorFlow's own writer."""

import numpy as np
import pytest
import tensorflow as tf

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES, LABELS, write_tfrecords


def test_the_official_tool_wrote_the_same_pixels_and_labels(reference):
    dataset = open_dataset(reference / "tfrecords", labels=True)
    with np.load(reference / "tfrecords_images.npz") as expected:
        np.testing.assert_array_equal(dataset.images[:], expected["images"])
        np.testing.assert_array_equal(np.eye(3)[dataset.labels], expected["labels"])
    assert dataset.images.shape == (48, 32, 32, 3)
    assert dataset.label_names == ("0", "1", "2")


def test_a_smaller_resolution_by_its_file(reference):
    dataset = open_dataset(reference / "tfrecords" / "tfrecords-r03.tfrecords", labels=True)
    assert dataset.images.shape == (48, 8, 8, 3)
    with np.load(reference / "tfrecords_images.npz") as full:
        boxes = full["images"].reshape(48, 8, 4, 8, 4, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(dataset.images[:], boxes, atol=1.5)  # rounded at every halving
    assert len(dataset.labels) == 48


@pytest.mark.parametrize("channels", [1, 3])
def test_records_in_any_order(tmp_path, channels):
    images = open_dataset(write_tfrecords(tmp_path, IMAGES[..., :channels])).images
    chosen = np.array([7, 0, 7, 3])
    np.testing.assert_array_equal(images[chosen], IMAGES[chosen][..., :channels])
    np.testing.assert_array_equal(images[2:5], IMAGES[2:5, ..., :channels])


def test_labels_are_optional(tmp_path):
    write_tfrecords(tmp_path, labels=None)
    assert open_dataset(tmp_path).labels is None
    with pytest.raises(NoLabelsError, match=r"set-rxx\.labels: no such file"):
        open_dataset(tmp_path, labels=True)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.ones((12, 40), np.float32), NoLabelsError, "other labels than one class per image"),
        (np.eye(10)[LABELS] * 2, NoLabelsError, "other labels than one class per image"),
        (np.eye(10)[LABELS[:5]], UserError, r"float64 \(5, 10\); it must be one-hot \(12, classes\)"),
        (np.array([{}] * 12), UserError, "cannot be read as .npy"),
    ],
)
def test_other_labels_are_named(tmp_path, labels, error, message):
    write_tfrecords(tmp_path)
    with (tmp_path / "set-rxx.labels").open("wb") as file:
        np.save(file, labels)
    with pytest.raises(error, match=message):
        open_dataset(tmp_path, labels=True)


def test_two_sets_in_a_folder_are_named(tmp_path):
    write_tfrecords(tmp_path)
    (tmp_path / "other-r02.tfrecords").touch()
    with pytest.raises(UserError, match="holds the sets other, set; give one"):
        open_dataset(tmp_path)


def test_truncated_files_are_named(tmp_path):
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    data = file.read_bytes()
    for length in (0, 3, 11, 12, 100, len(data) // 2 + 1, len(data) - 1):
        file.write_bytes(data[:length])
        with pytest.raises(UserError, match=r"set-r05\.tfrecords: (is truncated|cannot be read)"):
            open_dataset(tmp_path)


def test_a_damaged_length_is_named(tmp_path):
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    data = bytearray(file.read_bytes())
    data[len(data) // 12 * 3] ^= 1
    file.write_bytes(data)
    with pytest.raises(UserError, match="record 3 is damaged"):
        open_dataset(tmp_path)


def test_a_damaged_record_is_named_when_it_is_read(tmp_path):
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    data = bytearray(file.read_bytes())
    start = len(data) // 12 * 3 + 12
    data[start : start + 8] = b"\xff" * 8
    file.write_bytes(data)
    images = open_dataset(tmp_path).images
    with pytest.raises(UserError, match="record 3 has no features"):
        images[:]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"shape": [3, 8, 8], "data": b"\0" * 190}, "record 0 has no features `shape` and `data`"),
        ({"shape": [3, 8], "data": b"\0" * 24}, "record 0 has no features `shape` and `data`"),
        ({"shape": [2, 8, 8], "data": b"\0" * 128}, "2 channels"),
        ({"data": b"\0" * 192}, "record 0 has no features"),
        ({"image/encoded": b"\xff\xd8\xff"}, "record 0 has no features"),
    ],
)
def test_other_records_are_named(tmp_path, features, message):
    values = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        if isinstance(value, bytes)
        else tf.train.Feature(int64_list=tf.train.Int64List(value=value))
        for name, value in features.items()
    }
    with tf.io.TFRecordWriter(str(tmp_path / "a-r03.tfrecords")) as writer:
        writer.write(tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString())
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path)
