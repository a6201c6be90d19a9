import csv
import zipfile

import numpy as np
import pytest

from pgkeras.errors import UserError
from preprocessing.detect import Face
from preprocessing.pack import FacesFile
from preprocessing.rejects import Reason, Rejection

NAMES = ["a.jpg", "déjà vu/b.jpg", "c, d.jpg"]


def crop(number, size=8):
    return np.random.default_rng(number).integers(0, 256, (size, size, 3), np.uint8)


def face(number):
    return Face(
        np.arange(4, dtype=np.float32) + number, np.arange(10, dtype=np.float32).reshape(5, 2) * number, number / 10
    )


def write(path, **options):
    with FacesFile(path, size=8, **options) as faces:
        for number, name in enumerate(NAMES):
            faces.add(name, face(number), crop(number))
        faces.reject("e.jpg", Rejection(Reason.NO_FACE, "none, really"))
        faces.publish()
    return faces


def test_the_arrays_are_those_of_the_design(tmp_path):
    faces = write(tmp_path / "faces.npz")
    assert faces.count == 3
    with np.load(tmp_path / "faces.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"images", "sources", "boxes", "landmarks", "confidence"}
        assert arrays["images"].shape == (3, 8, 8, 3)
        assert arrays["images"].dtype == np.uint8
        np.testing.assert_array_equal(arrays["images"], [crop(number) for number in range(3)])
        assert arrays["sources"].tolist() == NAMES
        assert arrays["sources"].dtype.kind == "U"
        np.testing.assert_array_equal(arrays["boxes"], [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]])
        assert arrays["landmarks"].shape == (3, 5, 2)
        np.testing.assert_allclose(arrays["confidence"], [0, 0.1, 0.2])
        assert {arrays[name].dtype for name in ("boxes", "landmarks", "confidence")} == {np.dtype("float32")}


def test_stored_images_can_be_memory_mapped(tmp_path):
    write(tmp_path / "faces.npz")
    with zipfile.ZipFile(tmp_path / "faces.npz") as archive:
        assert archive.testzip() is None
        images = archive.getinfo("images.npy")
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}
    whole = np.memmap(tmp_path / "faces.npz", np.uint8, "r")
    local_header = images.header_offset
    name_and_extra = int(whole[local_header + 26]) + int(whole[local_header + 28])
    end = local_header + 30 + name_and_extra + images.file_size
    np.testing.assert_array_equal(whole[end - 8 * 8 * 3 : end].reshape(8, 8, 3), crop(2))


def test_compress_deflates(tmp_path):
    write(tmp_path / "faces.npz", compress=True)
    with zipfile.ZipFile(tmp_path / "faces.npz") as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    with np.load(tmp_path / "faces.npz") as arrays:
        np.testing.assert_array_equal(arrays["images"][1], crop(1))


def test_rejects_are_a_plain_table(tmp_path):
    faces = write(tmp_path / "faces.v2.npz")
    assert faces.rejects_path == tmp_path / "faces.v2.rejects.csv"
    assert faces.rejects == {Reason.NO_FACE: 1}
    with faces.rejects_path.open(newline="") as file:
        assert list(csv.reader(file)) == [["path", "reason", "detail"], ["e.jpg", "no_face", "none, really"]]


def test_names_that_are_no_text_are_kept(tmp_path):
    odd = b"caf\xe9\n.jpg".decode("utf-8", "surrogateescape")
    with FacesFile(tmp_path / "faces.npz", size=8) as faces:
        faces.add(odd, face(1), crop(1))
        faces.reject(odd, Rejection(Reason.NO_FACE, ""))
        faces.publish()
    with np.load(tmp_path / "faces.npz") as arrays:
        assert arrays["sources"].tolist() == [odd]
    assert b'"caf\xe9\n.jpg",no_face,' in faces.rejects_path.read_bytes()


def test_the_same_faces_give_the_same_bytes(tmp_path):
    write(tmp_path / "one.npz")
    write(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_nothing_but_the_two_files_is_left(tmp_path):
    write(tmp_path / "deep" / "er" / "faces.npz")
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == ["faces.npz", "faces.rejects.csv"]


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
def test_an_interrupted_run_leaves_what_was_there(tmp_path, interruption):
    (tmp_path / "faces.npz").write_text("precious")
    with pytest.raises(interruption), FacesFile(tmp_path / "faces.npz", size=8) as faces:
        faces.add("a.jpg", face(1), crop(1))
        raise interruption
    assert [path.name for path in tmp_path.iterdir()] == ["faces.npz"]
    assert (tmp_path / "faces.npz").read_text() == "precious"


def test_without_a_face_only_the_rejects_are_written(tmp_path):
    (tmp_path / "faces.npz").write_text("precious")
    with FacesFile(tmp_path / "faces.npz", size=8) as faces:
        faces.reject("a.jpg", Rejection(Reason.NO_FACE, ""))
        faces.publish()
    assert (tmp_path / "faces.npz").read_text() == "precious"
    assert faces.rejects_path.read_text().splitlines()[1].startswith("a.jpg,no_face,")


@pytest.mark.parametrize("name", ["faces", "faces.zip", "faces.npy"])
def test_the_name_must_end_in_npz(tmp_path, name):
    with pytest.raises(UserError, match=f"{name}: the name must end in .npz"), FacesFile(tmp_path / name, size=8):
        pass


def test_a_folder_is_no_output(tmp_path):
    (tmp_path / "faces.npz").mkdir()
    with pytest.raises(UserError, match="is a folder"), FacesFile(tmp_path / "faces.npz", size=8):
        pass


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UserError, match=r"cannot write .*/file/faces.npz: .*; choose a folder"),
        FacesFile(tmp_path / "file" / "faces.npz", size=8),
    ):
        pass


def test_a_full_disk_is_reported_and_cleaned_up(tmp_path):
    with pytest.raises(UserError, match="No space left"), FacesFile(tmp_path / "faces.npz", size=8) as faces:
        faces._crops.close()
        faces._crops = open("/dev/full", "wb", buffering=0)  # noqa: SIM115, PTH123
        try:
            faces.add("a.jpg", face(1), crop(1))
        finally:
            faces._crops.close()
    assert list(tmp_path.iterdir()) == []
