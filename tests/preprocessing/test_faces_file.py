import csv
import json
import zipfile

import numpy as np
import pytest

from pgkeras.data import open_dataset
from pgkeras.data.sources.crop_options import read_crop_options
from preprocessing.catalogue import Catalogue
from preprocessing.chunk import CHUNK_SIZE
from preprocessing.config import CropConfig
from preprocessing.faces_file import write_faces, write_rejects
from preprocessing.find_photos import PhotoFile
from preprocessing.rejects import Reason, Rejection
from preprocessing.work_folder import WorkFolder
from tests.preprocessing.chunks import chunk, crop, picture

NAMES = ["a.jpg", "déjà vu/b.jpg", "c, d.jpg"]
CONFIG = CropConfig(size=8)


def finished(out, outcomes, config=CONFIG):
    """A run that is done with all its photos."""
    photos = [PhotoFile(source, out.parent / source) for source in outcomes]
    work = WorkFolder(out, photos, config)
    for number, part in work.missing("cropped").items():
        work.save("cropped", number, chunk({photo.source: outcomes[photo.source] for photo in part}).to_bytes())
    return work, Catalogue.of(work, config)


def write(out, outcomes=None, **options):
    outcomes = outcomes or {name: [crop(number)] for number, name in enumerate(NAMES)}
    return write_faces(out, *finished(out, outcomes), CONFIG.resolved(0.1), **options)


def test_the_arrays_are_those_of_the_design(tmp_path):
    assert write(tmp_path / "faces.npz") == [tmp_path / "faces.npz"]
    with np.load(tmp_path / "faces.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {
            *("images", "sources", "boxes", "landmarks", "confidence", "outside", "sides", "options")
        }
        assert arrays["images"].shape == (3, 8, 8, 3)
        assert arrays["images"].dtype == np.uint8
        np.testing.assert_array_equal(arrays["images"], [picture(number) for number in range(3)])
        assert arrays["sources"].tolist() == NAMES
        assert arrays["sources"].dtype.kind == "U"
        np.testing.assert_array_equal(arrays["boxes"], [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]])
        assert arrays["landmarks"].shape == (3, 5, 2)
        np.testing.assert_allclose(arrays["confidence"], [0, 0.1, 0.2])
        np.testing.assert_allclose(arrays["outside"], [0, 0.01, 0.02])
        np.testing.assert_array_equal(arrays["sides"], [50, 51, 52])
        numbers = ("boxes", "landmarks", "confidence", "outside", "sides")
        assert {arrays[name].dtype for name in numbers} == {np.dtype("float32")}
        assert json.loads(arrays["options"].item())["margin"] == 0.1


@pytest.mark.parametrize("shard_size", [None, 2])
def test_the_options_can_be_read_from_every_file(tmp_path, shard_size):
    given = CropConfig(size=8, max_yaw=30)
    work, catalogue = finished(tmp_path / "faces.npz", {name: [crop(1)] for name in NAMES}, given)
    for path in write_faces(tmp_path / "faces.npz", work, catalogue, given.resolved(0.1), shard_size=shard_size):
        assert CropConfig.model_validate_json(read_crop_options(path)) == CropConfig(
            size=8, max_yaw=30, margin=0.1, min_face=6.4
        )


@pytest.mark.parametrize("shard_size", [None, 2])
def test_it_can_be_trained_on(tmp_path, shard_size):
    write(tmp_path / "faces.npz", shard_size=shard_size)
    dataset = open_dataset(tmp_path if shard_size else tmp_path / "faces.npz")
    np.testing.assert_array_equal(dataset.images[np.arange(3)], [picture(number) for number in range(3)])


def test_faces_of_many_chunks_keep_their_order(tmp_path):
    number = 2 * CHUNK_SIZE + 5
    outcomes = {f"{index:03}.jpg": [crop(index)] for index in range(number)}
    outcomes["010.jpg"] = Rejection(Reason.NO_FACE, "")
    outcomes["011.jpg"] = [crop(1000), crop(1001)]
    write(tmp_path / "faces.npz", outcomes)
    with np.load(tmp_path / "faces.npz") as arrays:
        expected = [*range(10), 1000, 1001, *range(12, number)]
        np.testing.assert_array_equal(arrays["images"], [picture(each) for each in expected])
        assert arrays["sources"][9:13].tolist() == ["009.jpg", "011.jpg", "011.jpg", "012.jpg"]


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
    np.testing.assert_array_equal(whole[end - 8 * 8 * 3 : end].reshape(8, 8, 3), picture(2))


def test_compress_deflates(tmp_path):
    write(tmp_path / "faces.npz", compress=True)
    with zipfile.ZipFile(tmp_path / "faces.npz") as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    with np.load(tmp_path / "faces.npz") as arrays:
        np.testing.assert_array_equal(arrays["images"][1], picture(1))


def test_shards_are_numbered_and_nothing_of_an_earlier_run_is_left(tmp_path):
    outcomes = {f"{index}.jpg": [crop(index)] for index in range(7)}
    written = write(tmp_path / "faces.npz", outcomes, shard_size=2)
    assert [path.name for path in written] == [f"faces-0000{number}.npz" for number in range(4)]
    assert [len(np.load(path)["images"]) for path in written] == [2, 2, 2, 1]
    np.testing.assert_array_equal(np.load(written[3])["images"][0], picture(6))
    assert np.load(written[1])["sources"].tolist() == ["2.jpg", "3.jpg"]
    written = write(tmp_path / "faces.npz", outcomes, shard_size=4)
    assert sorted(tmp_path.glob("*.npz")) == written
    assert len(written) == 2
    for shard_size in (None, 4):
        written = write(tmp_path / "faces.npz", outcomes, shard_size=shard_size)
        assert sorted(tmp_path.glob("*.npz")) == written


def test_the_same_faces_give_the_same_bytes(tmp_path):
    write(tmp_path / "one.npz")
    write(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "faces.npz").write_text("precious")
    work, catalogue = finished(tmp_path / "faces.npz", {"a.jpg": [crop(1)]})

    def interrupted(*arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr("preprocessing.faces_file.write_array", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_faces(tmp_path / "faces.npz", work, catalogue, CONFIG.resolved(0.1))
    assert [path.name for path in tmp_path.iterdir() if path != work.path] == ["faces.npz"]
    assert (tmp_path / "faces.npz").read_text() == "precious"


def test_without_a_face_no_npz_is_written(tmp_path):
    (tmp_path / "faces.npz").write_text("precious")
    assert write(tmp_path / "faces.npz", {"a.jpg": Rejection(Reason.NO_FACE, "")}) == []
    assert (tmp_path / "faces.npz").read_text() == "precious"


def test_rejects_are_a_plain_table_in_the_order_of_the_photos(tmp_path):
    odd = b"caf\xe9\n.jpg".decode("utf-8", "surrogateescape")
    outcomes = {
        "a.jpg": Rejection(Reason.NO_FACE, "none, really"),
        "b.jpg": [crop(1, first_bits=0b1)],
        "c.jpg": [crop(5, first_bits=0b0)],
        odd: Rejection(Reason.UNREADABLE, "empty"),
        "e.jpg": [crop(3, first_bits=2**64 - 1), crop(2, first_bits=0b10)],
    }
    _, catalogue = finished(tmp_path / "faces.npz", outcomes)
    assert catalogue.kept.tolist() == [False, True, True, False]
    write_rejects(tmp_path / "faces.rejects.csv", catalogue.rejects)
    lines = (tmp_path / "faces.rejects.csv").read_bytes()
    assert b'"caf\xe9\n.jpg",unreadable,empty\n' in lines
    with (tmp_path / "faces.rejects.csv").open(newline="", errors="surrogateescape") as file:
        assert list(csv.reader(file)) == [
            ["path", "reason", "detail"],
            ["a.jpg", "no_face", "none, really"],
            ["b.jpg", "duplicate", "of c.jpg"],
            [odd, "unreadable", "empty"],
        ]


def test_duplicates_are_kept_if_asked_for(tmp_path):
    outcomes = {"a.jpg": [crop(1, first_bits=0)], "b.jpg": [crop(2, first_bits=0)]}
    keep = CropConfig(size=8, duplicate_distance=-1)
    assert finished(tmp_path / "one.npz", outcomes)[1].kept.tolist() == [False, True]
    assert finished(tmp_path / "two.npz", outcomes, keep)[1].kept.tolist() == [True, True]
