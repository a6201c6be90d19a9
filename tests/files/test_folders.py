"""Walking through folders and links."""

from pathlib import Path

from pgkeras.files.folders import walk_folders


def files_in(folder):
    return sorted(str((parent / name).relative_to(folder)) for parent, names in walk_folders(folder) for name in names)


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_links_to_folders_are_followed(tmp_path):
    make(tmp_path, "data/cat/a", "elsewhere/dog/b", "elsewhere/dog/deep/c")
    (tmp_path / "data/dog").symlink_to("../elsewhere/dog")
    (tmp_path / "data/gone").symlink_to("nowhere")
    assert files_in(tmp_path / "data") == ["cat/a", "dog/b", "dog/deep/c", "gone"]


def test_a_link_that_is_given_is_followed(tmp_path):
    make(tmp_path, "real/a")
    (tmp_path / "link").symlink_to("real")
    assert files_in(tmp_path / "link") == ["a"]


def test_links_that_lead_back_are_not_followed(tmp_path):
    """To the folder itself, to one above the root, and in a ring of two."""
    make(tmp_path, "data/a", "one/b", "two/c")
    (tmp_path / "data/self").symlink_to(".")
    (tmp_path / "data/up").symlink_to("..")
    (tmp_path / "data/one").symlink_to("../one")
    (tmp_path / "one/two").symlink_to("../two")
    (tmp_path / "two/one").symlink_to("../one")
    assert files_in(tmp_path / "data") == ["a", "one/b", "one/two/c"]


def test_a_folder_linked_twice_is_walked_twice(tmp_path):
    """Two classes may share their pictures; which of them is left out would depend on the order."""
    make(tmp_path, "shared/a")
    for name in ("data/x", "data/y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to("../shared")
    assert files_in(tmp_path / "data") == ["x/a", "y/a"]


def test_hidden_folders_are_left_out_below_the_first(tmp_path):
    make(tmp_path, ".root/a", ".root/.hidden/b")
    assert files_in(tmp_path / ".root") == ["a"]


def test_the_working_folder(tmp_path, monkeypatch):
    make(tmp_path, "a", "cat/b", "cat/deep/c")
    monkeypatch.chdir(tmp_path)
    for folder in (Path(), Path("cat/..")):
        assert files_in(folder) == ["a", "cat/b", "cat/deep/c"]


def test_a_link_to_itself_is_a_file_like_others(tmp_path):
    make(tmp_path, "a")
    (tmp_path / "round").symlink_to("round")
    assert files_in(tmp_path) == ["a", "round"]


def test_a_training_run_among_the_photos_is_left_out(tmp_path):
    """`train .` writes to ./runs; its samples are no photos. A folder that is given is walked whatever it is."""
    run = "photos/runs/00000-photos-64"
    make(tmp_path, "photos/a", "photos/b/config.json", "photos/b/c", f"{run}/config.json", f"{run}/samples/1")
    (tmp_path / run / "checkpoints").mkdir()
    assert files_in(tmp_path / "photos") == ["a", "b/c", "b/config.json"]
    assert files_in(tmp_path / run) == ["config.json", "samples/1"]
