import os

import pytest

from export.complete_folder import complete_folder
from pgkeras.errors import UserError


def test_files_appear_at_the_end(tmp_path):
    out = tmp_path / "a" / "b"
    with complete_folder(out, last="z") as folder:
        (folder / "z").write_text("1")
        (folder / "model").write_text("2")
        assert not any(file.is_file() for file in out.iterdir())
    assert sorted(file.name for file in out.iterdir()) == ["model", "z"]


def test_other_files_stay_and_old_ones_are_replaced(tmp_path):
    (tmp_path / "note").write_text("mine")
    (tmp_path / "z").write_text("old")
    with complete_folder(tmp_path, last="z") as folder:
        (folder / "z").write_text("new")
        assert (tmp_path / "z").read_text() == "old"
    assert (tmp_path / "note").read_text() == "mine"
    assert (tmp_path / "z").read_text() == "new"


@pytest.mark.parametrize("error", [UserError("a mistake"), ZeroDivisionError(), KeyboardInterrupt()], ids=repr)
def test_nothing_is_left_after_a_failure(tmp_path, error):
    (tmp_path / "z").write_text("old")
    for out in (tmp_path, tmp_path / "a" / "b"):
        with pytest.raises(type(error)), complete_folder(out, last="z") as folder:
            (folder / "model").write_text("2")
            raise error
    assert [file.name for file in tmp_path.iterdir()] == ["z"]
    assert (tmp_path / "z").read_text() == "old"


def test_says_that_nothing_was_written(tmp_path):
    with pytest.raises(UserError, match=r"^a mistake; nothing was written$"), complete_folder(tmp_path, "z"):
        raise UserError("a mistake")


def test_what_the_block_meets_elsewhere_is_not_blamed_on_the_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="program"), complete_folder(tmp_path / "out", last="z"):
        raise FileNotFoundError(2, "No such file or directory", "program")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "model").mkdir()
    with (
        pytest.raises(UserError, match=rf"^{tmp_path}: cannot be written \(Is a directory\); choose another$"),
        complete_folder(tmp_path, last="z") as folder,
    ):
        (folder / "model").write_text("2")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="Permission denied"), complete_folder(tmp_path, last="z"):
        pass


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with (
            pytest.raises(UserError, match=rf"^{out}: cannot be written \(.*\); choose another$"),
            complete_folder(out, "z"),
        ):
            pass
