"""Archives of pictures, and StyleGAN's labels."""

import json
import zipfile

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.data import NoLabelsError, open_dataset
from tests.data.sources.formats import IMAGES, LABELS, encoded, write_pictures, write_zip

ENTRIES = [[f"00000/img{number:08}.png", int(label)] for number, label in enumerate(LABELS)]


def test_pictures_are_read_from_the_archive(tmp_path):
    images = open_dataset(write_zip(tmp_path / "a.zip")).images
    assert images.shape == IMAGES.shape
    np.testing.assert_array_equal(images[np.array([5, 2])], IMAGES[[5, 2]])


def test_labels_come_from_dataset_json(tmp_path):
    path = write_zip(tmp_path / "a.zip", dataset_json=json.dumps({"labels": ENTRIES[::-1]}))
    dataset = open_dataset(path, labels=True)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple("0123456789")
    assert open_dataset(path).labels is None


def test_dataset_json_labels_a_folder_too(tmp_path):
    write_pictures(tmp_path / "00000", IMAGES[:2])
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": [["00000/000.png", 1], ["00000/001.png", 0]]}))
    assert open_dataset(tmp_path, labels=True).labels.tolist() == [1, 0]


def test_dataset_json_from_windows_with_classes_from_one(tmp_path):
    entries = [[name.replace("/", "\\"), label + 1] for name, label in ENTRIES]
    dataset = open_dataset(write_zip(tmp_path / "a.zip", dataset_json=json.dumps({"labels": entries})), labels=True)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple(str(number) for number in range(1, 11))


def test_class_folders_in_one_folder(tmp_path):
    """As a zip of a folder is made."""
    with zipfile.ZipFile(tmp_path / "A.ZIP", "w") as archive:
        for name, image in zip(["x/animals/dog/0.png", "x/animals/cat/deep/0.png"], IMAGES, strict=False):
            archive.writestr(name, encoded(image))
    dataset = open_dataset(tmp_path / "A.ZIP", labels=True)
    assert dataset.label_names == ("cat", "dog")
    np.testing.assert_array_equal(dataset.images[:], IMAGES[[1, 0]])


def test_without_dataset_json_the_subfolders_are_the_classes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, image in (("b/0.png", IMAGES[0]), ("a/0.png", IMAGES[1]), ("__MACOSX/a/._0.png", None)):
            archive.writestr(name, b"" if image is None else encoded(image))
    dataset = open_dataset(tmp_path / "a.zip", labels=True)
    assert dataset.label_names == ("a", "b")
    np.testing.assert_array_equal(dataset.images[:], IMAGES[[1, 0]])


@pytest.mark.parametrize(
    ("dataset_json", "error", "message"),
    [
        ('{"labels": null}', NoLabelsError, "no labels that are classes"),
        (json.dumps({"labels": [[name, [0.5, 1]] for name, _ in ENTRIES]}), NoLabelsError, "that are classes"),
        (json.dumps({"labels": ENTRIES[:5]}), UserError, "no label for 00000/img00000005.png"),
        (json.dumps({"labels": [[name, -1] for name, _ in ENTRIES]}), UserError, "-1 to -1"),
        (json.dumps({"labels": [[name, 2**80] for name, _ in ENTRIES]}), UserError, "must be integers"),
        ("{", UserError, "dataset.json cannot be read"),
        ("[]", UserError, "dataset.json cannot be read"),
        ("[" * 100_000, UserError, "dataset.json cannot be read"),
        ('{"labels": [[[], 1]]}', UserError, "dataset.json cannot be read"),
        ('{"labels": [[7, 1]]}', UserError, "dataset.json cannot be read"),
    ],
)
def test_wrong_labels_are_named(tmp_path, dataset_json, error, message):
    path = write_zip(tmp_path / "a.zip", dataset_json=dataset_json)
    with pytest.raises(error, match=message):
        open_dataset(path, labels=True)


def test_damaged_members_are_named(tmp_path):
    path = write_zip(tmp_path / "a.zip")
    data = path.read_bytes()
    middle = data.index(encoded(IMAGES[4])) + 1000
    path.write_bytes(data[:middle] + bytes(100) + data[middle + 100 :])
    with pytest.raises(UserError, match=r"a\.zip/00000/img00000004\.png: .*Bad CRC-32"):
        open_dataset(path)


def test_an_archive_without_pictures_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(UserError, match=r"a\.zip: holds neither pictures"):
        open_dataset(tmp_path / "a.zip")


def test_names_with_backslashes(tmp_path):
    """Some programs of Windows write them, which the format forbids."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, image in zip(["x\\dog\\0.png", "x\\cat\\0.png", "x\\.thumbs\\0.png"], IMAGES, strict=False):
            archive.writestr(name, encoded(image))
        archive.writestr("x\\dog\\", b"")
    dataset = open_dataset(tmp_path / "a.zip", labels=True)
    assert dataset.names == ["x/cat/0.png", "x/dog/0.png"]
    assert dataset.label_names == ("cat", "dog")
    np.testing.assert_array_equal(dataset.images[:], IMAGES[[1, 0]])
