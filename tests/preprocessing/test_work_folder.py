import io
import os
from pathlib import Path

import numpy as np
import pytest

from pgkeras.errors import UserError
from preprocessing.chunk import CHUNK_SIZE, Chunk
from preprocessing.config import CropConfig
from preprocessing.find_photos import PhotoFile
from preprocessing.rejects import Reason, Rejection
from preprocessing.work_folder import WorkFolder
from tests.preprocessing.chunks import chunk, crop

CONFIG = CropConfig(size=8)


def photos(number, folder=Path("nowhere")):
    return [PhotoFile(f"{index:03}.jpg", folder / f"{index:03}.jpg") for index in range(number)]


def test_a_chunk_survives_its_file():
    odd = b"caf\xe9\n.jpg".decode("utf-8", "surrogateescape")
    written = chunk({odd: [crop(1), crop(2)], "b.jpg": Rejection(Reason.NO_FACE, "none, really")})
    read = Chunk.from_npz(np.load(io.BytesIO(written.to_bytes()), allow_pickle=False))
    for before, after in ((written.faces, read.faces), (written.refusals, read.refusals)):
        assert before.keys() == after.keys()
        for name in before:
            np.testing.assert_array_equal(before[name], after[name], strict=True)
    assert read.faces["sources"].tolist() == [odd, odd]
    assert read.faces["hashes"].dtype == np.uint64


def test_chunks_done_are_not_missing_when_it_is_opened_again(tmp_path):
    files = photos(2 * CHUNK_SIZE + 3)
    work = WorkFolder(tmp_path / "faces.npz", files, CONFIG)
    assert [len(part) for part in work.missing("cropped").values()] == [CHUNK_SIZE, CHUNK_SIZE, 3]
    work.save("cropped", 1, chunk({"a.jpg": [crop(1)]}).to_bytes())
    again = WorkFolder(tmp_path / "faces.npz", files, CONFIG)
    assert list(again.missing("cropped")) == [0, 2]
    assert again.missing("cropped")[2] == files[-3:]
    assert list(again.missing("found")) == [0, 1, 2]


def test_other_photos_or_options_begin_anew(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    files = photos(3, folder)
    for file in files:
        file.path.write_bytes(b"one")
    out = tmp_path / "faces.npz"

    def done(files=files, config=CONFIG):
        work = WorkFolder(out, files, config)
        kept = not work.missing("cropped")
        work.save("cropped", 0, chunk({"a.jpg": [crop(1)]}).to_bytes())
        return kept

    assert not done()
    assert done()
    assert not done(config=CropConfig(size=8, margin=0.4))
    assert not done()
    assert not done(files=files[:2])
    assert not done()
    os.utime(files[1].path, (0, 0))
    assert not done()
    files[0].path.unlink()
    files[0].path.symlink_to(tmp_path / "elsewhere.jpg")
    assert not done()
    (tmp_path / "elsewhere.jpg").write_bytes(b"another photo")  # the link itself is as it was
    assert not done()
    files[2] = files[2]._replace(landmarks=np.zeros((5, 2), np.float32))
    assert not done()
    assert done()


def test_what_differs_from_the_run_that_is_dropped_is_said(tmp_path, capsys):
    out = tmp_path / "faces.npz"

    def begin(files, **options):
        return WorkFolder(out, files, CropConfig(**options))

    begin(photos(3))
    work = begin(photos(2))  # nothing was done
    assert capsys.readouterr().err == ""
    for more, differs in (
        ({"size": 8, "max_yaw": 40}, "--max-yaw differs, --size differs"),
        ({"size": 8}, "the photos differ, --max-yaw differs"),
    ):
        work.save("found", 0, chunk({"a.jpg": [crop(1)]}).to_bytes())
        work = begin(photos(2 + ("max_yaw" not in more)), **more)
        assert capsys.readouterr().err == f"{work.path}: {differs}; beginning anew\n"
    work.save("found", 0, b"")
    (work.path / "job.json").write_text("{")
    begin(photos(3), size=8)
    assert capsys.readouterr().err == f"{work.path}: its job.json cannot be read; beginning anew\n"


def test_where_nothing_was_done_before_an_interrupt_nothing_stays(tmp_path, capsys):
    out = tmp_path / "faces.npz"
    with pytest.raises(KeyboardInterrupt), WorkFolder(out, photos(1), CONFIG) as work:
        raise KeyboardInterrupt
    assert not work.path.exists()
    with pytest.raises(KeyboardInterrupt), WorkFolder(out, photos(1), CONFIG) as work:
        work.save("found", 0, b"")
        raise KeyboardInterrupt
    assert work.path.exists()
    assert capsys.readouterr().err == f"what is done is kept in {work.path}: the same command goes on there\n"


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_chunk_is_missing(tmp_path, damage):
    work = WorkFolder(tmp_path / "faces.npz", photos(3), CONFIG)
    whole = chunk({"a.jpg": [crop(1)]}).to_bytes()
    work.save("found", 0, whole)
    (file,) = work.path.glob("*.npz")
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert list(work.missing("found")) == [0]


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"/file/faces.npz: cannot be written \(.*\); choose another"):
        WorkFolder(tmp_path / "file" / "faces.npz", photos(1), CONFIG)
