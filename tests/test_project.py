"""The command line that finds photos in a generator: what it writes, and how it refuses."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pgkeras import load_generator
from pgkeras.generate.__main__ import main as generate
from pgkeras.images import to_uint8
from pgkeras.labels import write_label_names
from pgkeras.latents import latents_from_seeds, read_latents
from pgkeras.project import main as project
from pgkeras.projection.sphere import normalized
from pgkeras.sampling import sample_latents
from tests.command_lines import call, fail, script
from tests.projection.conftest import SIZE, made

NAMES = ("cat", "dog", "bird")


def save(path: Path, image: np.ndarray) -> Path:
    Image.fromarray(image).save(path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "generator_0016.keras"
    made().save(path)
    return path


@pytest.fixture(scope="module")
def pets(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pets")
    write_label_names(folder, NAMES)
    made(label_size=3).save(folder / "generator_0016.keras")
    return folder


@pytest.fixture
def photo(model, tmp_path) -> Path:
    """Of what the generator can draw."""
    latents = latents_from_seeds([1000], SIZE)
    return save(tmp_path / "me.png", to_uint8(sample_latents(load_generator(model), latents))[0])


def test_photos_become_latents_a_picture_and_a_line_each(model, photo, tmp_path):
    you = save(tmp_path / "you.png", np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8))
    out = tmp_path / "new" / "found"
    first, second, last = call(project, photo, you, model, "--out", out).splitlines()
    assert re.fullmatch(rf"{photo}: \d\.\d grey levels off \(RMS\): {out / 'me.npy'}", first)
    assert float(first.split(": ")[1].split()[0]) < 2
    assert re.fullmatch(rf"{you}: \d+\.\d grey levels off \(RMS\): {out / 'you.npy'}", second)
    assert last == f"wrote {out / 'found.png'}"
    assert sorted(path.name for path in out.iterdir()) == ["found.png", "me.npy", "you.npy"]
    assert read_latents(out / "me.npy", SIZE).shape == (1, SIZE)
    with Image.open(out / "found.png") as picture:
        assert picture.size == (6 * (128 + 8), 28 + 2 * (128 + 8))
    call(generate, model, "--latents", out / "me.npy", "--out", tmp_path / "again.png")
    difference = np.asarray(Image.open(tmp_path / "again.png")).astype(int) - np.asarray(Image.open(photo))
    assert np.sqrt(np.square(difference).mean()) < 2


def test_in_a_process_of_its_own_a_terminal_is_quiet(model, photo, tmp_path):
    done = script("-m", "pgkeras.project", photo, model, "--out", tmp_path / "found")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2


def test_refined_is_nearer(model, tmp_path):
    """A picture that no latent gives."""
    you = save(tmp_path / "you.png", np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8))
    line, _ = call(project, you, model, "--out", tmp_path / "found", "--refine").splitlines()
    found, refined = (float(number) for number in re.findall(r"\d+\.\d", line.removeprefix(str(you)))[:2])
    assert refined < found
    with Image.open(tmp_path / "found" / "found.png") as picture:
        assert picture.width == 7 * (128 + 8)


def test_the_same_seed_finds_the_same_latents(model, photo, tmp_path, few_steps):
    """Except for rounding, which these steps amplify to 0.06 between TensorFlow with and without oneDNN."""
    for name, seed in (("a", 3), ("b", 3), ("c", 400)):
        call(project, photo, model, "--out", tmp_path / name, "--seed", seed)
    a, b, c = (read_latents(tmp_path / name / "me.npy", SIZE) for name in "abc")
    assert np.abs(a - b).max() < 0.1 < np.abs(a - c).max()


def test_a_conditional_generator_needs_a_class(pets, tmp_path, capsys, monkeypatch):
    latents = normalized(latents_from_seeds([1000], SIZE))
    dog = sample_latents(load_generator(pets / "generator_0016.keras"), latents, np.eye(3, dtype=np.float32)[1:2])
    photo = save(tmp_path / "dog.png", to_uint8(dog)[0])
    line, _ = call(project, photo, pets, "--out", tmp_path / "found", "--labels", "dog").splitlines()
    assert float(line.split(": ")[1].split()[0]) < 5
    for options, words in (
        ((), "is conditional; say with --labels what the photos show: cat, dog, bird"),
        (("--labels", "cat,dog"), "--labels cat,dog: names 2 classes; give the one that all photos show"),
        (("--labels", "cow"), "cow"),
    ):
        assert words in fail(project, capsys, monkeypatch, photo, pets, "--out", tmp_path / "o", *options)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--labels", "0"), "has no classes; drop --labels"),
        (("--resolution", "32"), "32"),
        (("--seed", "-1"), "-1 is not in the range"),
        (("--out", "/proc/no/found"), "/proc/no/found/found.png: cannot be written"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
def test_bad_options_are_one_line(model, photo, tmp_path, capsys, monkeypatch, options, words):
    defaults = ("--out", tmp_path / "o") if "--out" not in options else ()
    assert words in fail(project, capsys, monkeypatch, photo, model.parent, *defaults, *options)
    assert not (tmp_path / "o").exists()


def test_a_photo_is_never_overwritten(model, photo, tmp_path, capsys, monkeypatch):
    mine = shutil.copyfile(photo, tmp_path / "found.png")
    before = mine.read_bytes()
    assert "found.png: would be overwritten" in fail(project, capsys, monkeypatch, mine, model, "--out", tmp_path)
    assert mine.read_bytes() == before


def test_one_bad_photo_among_others_leaves_nothing_written(model, photo, tmp_path, capsys, monkeypatch):
    small = save(tmp_path / "small.png", np.zeros((8, 8, 3), np.uint8))
    (tmp_path / "other").mkdir()
    twin = save(tmp_path / "other" / "me.jpg", np.zeros((16, 16, 3), np.uint8))
    for photos, words in (
        ((photo, small), "small.png: is 8x8, smaller than the generator's images of 16x16; give a larger photo"),
        ((photo, tmp_path / "none.png"), "none.png: is not a picture that can be read (No such file or directory)"),
        ((photo, twin), "another photo is named me, too; rename one"),
        ((), "Missing argument"),
    ):
        assert words in fail(project, capsys, monkeypatch, *photos, model, "--out", tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_what_is_no_generator(photo, tmp_path, capsys, monkeypatch):
    assert "none.keras" in fail(project, capsys, monkeypatch, photo, tmp_path / "none.keras", "--out", tmp_path / "o")
    assert not (tmp_path / "o").exists()
