from pathlib import Path

import pytest

from pgkeras.errors import UserError
from preprocessing.find_photos import PhotoFile, find_photos
from preprocessing.read_photo import read_photo


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def sources(*inputs):
    return [photo.source for photo in find_photos(inputs)]


def test_folders_are_searched_recursively_in_sorted_order(tmp_path):
    make(tmp_path, "b.jpg", "a.PNG", "deep/er/c.JpEg", "deep/d.webp", "e.bmp", "notes.txt", "faces.npz")
    assert sources(tmp_path) == ["a.PNG", "b.jpg", "deep/d.webp", "deep/er/c.JpEg", "e.bmp"]


def test_photos_of_every_kind_are_found_even_if_they_cannot_be_read(tmp_path):
    names = ["IMG_1.HEIC", "a.tiff", "b.tif", "c.gif", "d.avif", "e.heif", "f.CR2", "g.dng"]
    make(tmp_path, *names)
    assert sources(tmp_path) == names


def test_hidden_files_and_folders_are_skipped(tmp_path):
    make(tmp_path, "a.jpg", "._a.jpg", ".thumbnails/b.jpg")
    assert sources(tmp_path) == ["a.jpg"]


def test_a_hidden_folder_that_is_asked_for_is_searched(tmp_path):
    make(tmp_path, ".photos/a.jpg")
    assert sources(tmp_path / ".photos") == ["a.jpg"]


def test_a_folder_named_like_a_photo_is_no_photo(tmp_path):
    make(tmp_path, "album.jpg/a.jpg")
    assert sources(tmp_path) == ["album.jpg/a.jpg"]


def test_a_file_is_named_by_its_name_whatever_its_suffix(tmp_path):
    make(tmp_path, "deep/a.jpeg_large")
    path = tmp_path / "deep/a.jpeg_large"
    assert find_photos([path]) == [PhotoFile("a.jpeg_large", path)]


def test_several_inputs_keep_their_names_while_unambiguous(tmp_path):
    make(tmp_path, "one/a.jpg", "two/b.jpg", "c.jpg")
    assert sources(tmp_path / "one", tmp_path / "two", tmp_path / "c.jpg") == ["a.jpg", "b.jpg", "c.jpg"]


def test_equal_names_are_told_apart_by_their_common_folder(tmp_path):
    make(tmp_path, "one/a.jpg", "two/a.jpg", "two/b.jpg")
    assert sources(tmp_path / "one", tmp_path / "two") == ["one/a.jpg", "two/a.jpg", "two/b.jpg"]


def test_equal_names_on_several_drives_are_told_apart_by_their_paths(tmp_path, monkeypatch):
    def commonpath(paths):
        raise ValueError("Paths don't have the same drive")  # as on Windows

    make(tmp_path, "one/a.jpg", "two/a.jpg")
    monkeypatch.setattr("preprocessing.find_photos.commonpath", commonpath)
    paths = [tmp_path / "one/a.jpg", tmp_path / "two/a.jpg"]
    assert sources(*paths) == [path.as_posix() for path in paths]


def test_a_photo_given_twice_is_taken_once(tmp_path, monkeypatch):
    make(tmp_path, "one/a.jpg")
    monkeypatch.chdir(tmp_path)
    assert len(find_photos([Path("one"), tmp_path / "one", Path("one/a.jpg")])) == 1


def test_a_photo_is_taken_once_whatever_leads_to_it(tmp_path, monkeypatch):
    make(tmp_path, "in/a/1.jpg", "in/b/2.jpg", "elsewhere/3.jpg")
    (tmp_path / "in/album").symlink_to("../elsewhere")
    (tmp_path / "in/again").symlink_to("b")
    (tmp_path / "in/b/copy.jpg").symlink_to("../a/1.jpg")
    (tmp_path / "in/round").symlink_to(".")
    monkeypatch.chdir(tmp_path)
    for inputs in (["in"], ["in", "./in/../in/", "in/a", "in/album"]):
        assert {photo.path.resolve().name for photo in find_photos(map(Path, inputs))} == {"1.jpg", "2.jpg", "3.jpg"}
        assert len(sources(*map(Path, inputs))) == 3


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no such file or folder: .*/nowhere"):
        find_photos([tmp_path / "nowhere"])


def test_an_archive_is_named(tmp_path):
    make(tmp_path, "photos.ZIP")
    with pytest.raises(UserError, match=r"photos\.ZIP is an archive: unpack it, and give the folder"):
        find_photos([tmp_path / "photos.ZIP"])


def test_what_may_hold_photos_is_not_left_out_without_a_word(tmp_path):
    make(tmp_path, "a.jpg", "b", "deep/c", "d.zip", "e.MP4", "notes.txt", "faces.npz", ".hidden", "f.jfif")
    make(tmp_path, "g.JXL", "h.HIF", "i.pef", "j.mts", "k.tga")
    words = (
        rf"{tmp_path}: left out 2 without a suffix, 1 \.jxl \(to be converted to JPEG first\), 1 \.mp4 \(to take its "
        r"frames: --every\), 1 \.mts \(.*\), 1 \.tga \(.*\), 1 \.zip \(to be unpacked first\)$"
    )
    with pytest.warns(UserWarning, match=words):
        assert sources(tmp_path) == ["a.jpg", "f.jfif", "h.HIF", "i.pef"]


def test_a_folder_without_photos_is_named(tmp_path):
    make(tmp_path, "notes.txt")
    with pytest.raises(UserError, match=f"no photo in {tmp_path}"):
        find_photos([tmp_path])


def test_a_link_to_itself_is_found_and_becomes_a_reject(tmp_path):
    make(tmp_path, "a.jpg")
    (tmp_path / "round.jpg").symlink_to("round.jpg")
    assert sources(tmp_path) == ["a.jpg", "round.jpg"]
    assert read_photo(tmp_path / "round.jpg").reason == "unreadable"
    with pytest.raises(UserError, match=r"round\.jpg: cannot be read \(too many levels of symbolic links\)"):
        find_photos([tmp_path / "round.jpg"])
