"""`pgkeras data`: the same images from any format, in bounded memory, whole or not at all."""

import shutil
import tracemalloc
import zipfile
from collections import namedtuple

import click
import numpy as np
import pytest

from pgkeras.data import Dataset, open_dataset, pack
from pgkeras.data.__main__ import main
from pgkeras.data.views import Transformed
from tests.command_lines import call, fail, script
from tests.data.sources.formats import (
    IMAGES,
    LABELS,
    encoded,
    write_cifar10,
    write_lsun,
    write_npz,
    write_picture,
    write_pictures,
)

NAMES = np.array(["zero", "one", "two", "3", "4", "5", "6", "7", "8", "nine"])


@pytest.fixture
def named(tmp_path):
    return write_npz(tmp_path / "named.npz", label_names=NAMES)


def check_equal(dataset: Dataset) -> None:
    np.testing.assert_array_equal(dataset.images[:], IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.label_names == tuple(NAMES)


def test_shards_and_back_give_equal_images(named, tmp_path):
    output = call(main, named, "--out", tmp_path / "deep" / "faces", "--shard-images", 5)
    shards = sorted(path.name for path in (tmp_path / "deep" / "faces").iterdir())
    assert shards == ["faces-00000.npz", "faces-00001.npz", "faces-00002.npz"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["faces"]
    check_equal(open_dataset(tmp_path / "deep" / "faces", labels=True))
    assert output.startswith("12 RGB images of 32x32, 10 classes: 0.0 MB in ")
    assert output.endswith("--out runs --resolution 32 --conditional\n")
    call(main, tmp_path / "deep" / "faces", "--out", tmp_path / "again.npz")
    check_equal(open_dataset(tmp_path / "again.npz", labels=True))


def test_one_file_is_stored_and_memory_mapped(named, tmp_path):
    call(main, named, "--out", tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        assert archive.testzip() is None
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}
    assert isinstance(open_dataset(tmp_path / "a.npz").images, np.memmap)
    with np.load(tmp_path / "a.npz") as arrays:
        assert set(arrays) == {"images", "labels", "label_names"}
        np.testing.assert_array_equal(arrays["label_names"], NAMES)


def test_the_same_data_give_the_same_bytes(named, tmp_path):
    for name in ("a.npz", "b.npz", "a.npz"):
        call(main, named, "--out", tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_labels_are_kept_if_there_are_any(tmp_path):
    pictures = write_pictures(tmp_path / "pictures")
    assert "no labels" in call(main, pictures, "--out", tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as arrays:
        assert set(arrays) == {"images"}
    assert "10 classes" in call(main, write_cifar10(tmp_path / "cifar"), "--out", tmp_path / "b.npz")
    assert open_dataset(tmp_path / "b.npz", labels=True).label_names[0] == "airplane"


def test_labels_can_be_left_out_or_insisted_on(named, tmp_path, capsys, monkeypatch):
    assert "no labels" in call(main, named, "--out", tmp_path / "a.npz", "--no-labels")
    with np.load(tmp_path / "a.npz") as arrays:
        assert set(arrays) == {"images"}
    error = fail(main, capsys, monkeypatch, tmp_path / "a.npz", "--out", tmp_path / "b", "--labels")
    assert "a.npz: has no array `labels`" in error


def test_side_shrinks_images_of_one_size_and_of_many(named, tmp_path, capsys, monkeypatch):
    call(main, named, "--out", tmp_path / "a.npz", "--side", 16)
    boxes = IMAGES.reshape(12, 16, 2, 16, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(open_dataset(tmp_path / "a.npz").images[:], boxes, atol=1)
    assert "images of 32x32; give at most 32" in fail(
        main, capsys, monkeypatch, named, "--out", tmp_path / "b", "--side", 64
    )
    pictures = write_pictures(tmp_path / "pictures")
    write_picture(pictures / "large.png", np.zeros((40, 60, 3), np.uint8))
    assert "--fit crop" in fail(main, capsys, monkeypatch, pictures, "--out", tmp_path / "b")
    output = call(main, pictures, "--out", tmp_path / "b", "--side", 24, "--fit", "crop")
    assert "13 RGB images of 24x24" in output
    assert output.endswith("--resolution 16\n")


def test_lsun_is_packed(tmp_path):
    lsun = write_lsun(tmp_path / "lsun", [encoded(image) for image in IMAGES])
    call(main, lsun, "--out", tmp_path / "packed")
    np.testing.assert_array_equal(open_dataset(tmp_path / "packed").images[:], IMAGES)


def test_a_full_disk_is_refused_before_anything_is_written(named, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(20_000))
    error = fail(main, capsys, monkeypatch, named, "--out", tmp_path / "packed")
    assert "packed: needs 0.0 MB, but the disk has 0.0 MB; make room" in error
    assert [path.name for path in tmp_path.iterdir()] == ["named.npz"]


@pytest.mark.parametrize("files", [1, 3])
def test_the_estimate_is_near(named, tmp_path, files):
    call(main, named, "--out", tmp_path / "packed", "--shard-images", 12 // files)
    size = sum(path.stat().st_size for path in (tmp_path / "packed").iterdir())
    estimate = pack.packed_size(open_dataset(named, labels=True), files)
    assert estimate - files * pack.OVERHEAD < size <= estimate


@pytest.mark.parametrize("name", ["packed", "packed.npz"])
def test_a_damaged_picture_leaves_nothing(tmp_path, name, capsys, monkeypatch):
    pictures = write_pictures(tmp_path / "pictures")
    (pictures / "007.png").write_bytes(encoded(IMAGES[7])[:2000])
    error = fail(main, capsys, monkeypatch, pictures, "--out", tmp_path / name)
    assert "007.png: cannot be decoded" in error
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]


def test_all_damaged_pictures_are_named(tmp_path, capsys, monkeypatch):
    """The first of all, too, which tells the size."""
    pictures = write_pictures(tmp_path / "pictures")
    for damaged in ("000.png", "007.png"):
        (pictures / damaged).write_bytes((pictures / damaged).read_bytes()[:100])
    error = fail(main, capsys, monkeypatch, pictures, "--out", tmp_path / "packed", "--side", 8)
    assert "000.png" in error
    assert "007.png" in error


@pytest.mark.parametrize("name", ["packed", "packed.npz"])
def test_an_interrupted_run_leaves_nothing(named, tmp_path, name, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pack, "write_array", interrupt)
    with pytest.raises(click.Abort):
        call(main, named, "--out", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["named.npz"]


def test_missing_data_are_named(tmp_path, capsys, monkeypatch):
    error = fail(main, capsys, monkeypatch, tmp_path / "missing", "--out", tmp_path / "b")
    assert error == f"error: {tmp_path / 'missing'}: no such file or folder; give the images to train on\n"


@pytest.mark.parametrize(
    ("out", "options", "message"),
    [
        ("taken", [], "taken: already exists; remove it"),
        ("named.npz/a", [], "cannot be written"),
        ("a.npz", ["--shard-images", 5], "is one file"),
        ("folder.npz", [], "folder.npz: is a folder"),
        (".", [], "give the name of a new folder or file"),
        ("b", ["--fit", "stretch"], "'stretch' is not one of"),
    ],
)
def test_wrong_outputs_are_named(named, tmp_path, out, options, message, capsys, monkeypatch):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    (tmp_path / "folder.npz").mkdir()
    monkeypatch.chdir(tmp_path)
    assert message in fail(main, capsys, monkeypatch, named, "--out", out, *options)


def test_the_data_are_never_overwritten(named, tmp_path, capsys, monkeypatch):
    before = named.read_bytes()
    (tmp_path / "link.npz").symlink_to(named)
    for out in (named, tmp_path / "link.npz"):
        assert f"--out {out}: is DATA itself; choose another" in fail(main, capsys, monkeypatch, named, "--out", out)
    assert named.read_bytes() == before


@pytest.mark.parametrize(("data", "out"), [("*.npz", "all.npz"), (".", "named-00001.npz")])
def test_an_output_that_would_be_input_is_refused(named, tmp_path, capsys, monkeypatch, data, out):
    named.rename(tmp_path / "named-00000.npz")
    monkeypatch.chdir(tmp_path)
    assert f"--out {out}: would be read as one of the shards of {data}" in fail(
        main, capsys, monkeypatch, data, "--out", out
    )


def test_an_empty_folder_may_be_the_output(named, tmp_path):
    (tmp_path / "packed").mkdir()
    call(main, named, "--out", tmp_path / "packed")
    assert len(open_dataset(tmp_path / "packed").images) == 12


class Endless:
    """Images that exist only while they are asked for: 200 MB in all."""

    shape = (1000, 256, 256, 3)

    def __len__(self):
        return 1000

    def __getitem__(self, indices):
        return np.full((len(range(*indices.indices(1000))), 256, 256, 3), 7, np.uint8)


def test_memory_does_not_grow_with_the_data(tmp_path):
    counts = []
    tracemalloc.start()
    pack.write_npz(tmp_path / "a.npz", Dataset(Endless()), counts.append)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * pack.CHUNK
    assert sum(counts) == 1000
    assert open_dataset(tmp_path / "a.npz").images.shape == Endless.shape


@pytest.mark.slow
def test_it_runs_as_a_module(named, tmp_path):
    done = script("-m", "pgkeras.data", named, "--out", tmp_path / "a b.npz")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"  pgkeras train '{tmp_path / 'a b.npz'}' --out runs")


def test_large_images_are_shrunk_a_few_at_a_time(monkeypatch):
    """However small they become."""
    monkeypatch.setattr("pgkeras.data.views.PART", 3 * 16 * 16 * 3)
    asked, images = [], np.random.default_rng(0).integers(0, 256, (10, 16, 16, 3), np.uint8)

    class Large:
        shape = images.shape

        def __len__(self):
            return len(images)

        def __getitem__(self, indices):
            asked.append(len(images[indices]))
            return images[indices]

    shrunk = Transformed(Large(), lambda batch: batch[:, ::4, ::4])
    for chosen in (slice(1, 9), np.array([9, 0, 5, 5]), slice(3, 3)):
        np.testing.assert_array_equal(shrunk[chosen], images[chosen, ::4, ::4])
    assert max(asked) == 3
