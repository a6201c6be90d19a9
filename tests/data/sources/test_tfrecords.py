"""TFRecords against those that the official tool wrote, and against TensorFlow's own writer."""

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from pgkeras.data.tfrecord import framed
from tests.data.sources.formats import IMAGES, LABELS, example, write_tfrecords


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


def test_tensorflow_writes_the_same_file(tmp_path):
    tf = pytest.importorskip("tensorflow")
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    ours = file.read_bytes()
    with tf.io.TFRecordWriter(str(file)) as writer:
        for image in IMAGES.transpose(0, 3, 1, 2):
            features = {
                "shape": tf.train.Feature(int64_list=tf.train.Int64List(value=image.shape)),
                "data": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image.tobytes()])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    assert len(file.read_bytes()) == len(ours)
    assert file.read_bytes()[:12] == ours[:12]
    np.testing.assert_array_equal(open_dataset(tmp_path).images[:], IMAGES)


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


@pytest.mark.parametrize("place", [0, 8])  # in the length, in its checksum
def test_a_damaged_length_is_named(tmp_path, place):
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    data = bytearray(file.read_bytes())
    data[len(data) // 12 * 3 + place] ^= 1
    file.write_bytes(data)
    with pytest.raises(UserError, match="record 3 is damaged"):
        open_dataset(tmp_path)


def test_a_file_of_one_record_whose_length_is_not_what_was_written(tmp_path):
    file = tmp_path / "a-r05.tfrecords"
    record = bytearray(framed(example(shape=(3, 32, 32), data=IMAGES[0].tobytes())))
    record[8] ^= 1
    file.write_bytes(record)
    with pytest.raises(UserError, match=r"a-r05\.tfrecords: is damaged, or no TFRecord file"):
        open_dataset(file)


@pytest.mark.parametrize("place", [0, 1000, -1])  # in the message, in its pixels, in the checksum itself
def test_a_damaged_record_is_named_when_it_is_read(tmp_path, place):
    file = write_tfrecords(tmp_path) / "set-r05.tfrecords"
    data = bytearray(file.read_bytes())
    size = len(data) // 12
    data[3 * size + 12 + place if place >= 0 else 4 * size + place] ^= 16
    file.write_bytes(data)
    images = open_dataset(tmp_path).images
    np.testing.assert_array_equal(images[:3], IMAGES[:3])
    with pytest.raises(UserError, match=r"set-r05\.tfrecords: record 3 is damaged \(its checksum differs\)"):
        images[np.array([5, 3])]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"shape": (3, 8, 8), "data": b"\0" * 190}, "record 0 has no features `shape` and `data`"),
        ({"shape": (3, 8), "data": b"\0" * 24}, "record 0 has no features `shape` and `data`"),
        ({"shape": (2, 8, 8), "data": b"\0" * 128}, "2 channels"),
        ({"data": b"\0" * 192}, "record 0 has no features"),
        ({"image/encoded": b"\xff\xd8\xff"}, "record 0 has no features"),
    ],
)
def test_other_records_are_named(tmp_path, features, message):
    (tmp_path / "a-r03.tfrecords").write_bytes(framed(example(**features)))
    with pytest.raises(UserError, match=message):
        open_dataset(tmp_path)


def test_what_is_no_message_is_named(tmp_path):
    (tmp_path / "a-r03.tfrecords").write_bytes(framed(b"\xff" * 8))
    with pytest.raises(UserError, match="record 0 has no features"):
        open_dataset(tmp_path)
