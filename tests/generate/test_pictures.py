"""What pictures show and say: their scale, the real images beside them, their metadata."""

import re
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

import pgkeras
from pgkeras.generate.__main__ import main as generate
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import sample_latents
from tests.command_lines import call, fail
from tests.generate.made_run import CONFIG, make_run, reals

PETS = ("cat", "dog", "bird")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    make_run(out)
    return out / "00000-faces-8"


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    out = tmp_path_factory.mktemp("pets")
    make_run(out, CONFIG.model_copy(update={"label_size": 3}), PETS)
    return out / "00000-faces-8"


@pytest.fixture
def broken(run, tmp_path):
    """A copy of the run, to be damaged."""
    return shutil.copytree(run, tmp_path / "broken")


def read(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture).astype(int)


def text(path) -> dict[str, str]:
    with Image.open(path) as picture:
        return picture.text


def expected(run, seeds, classes=None) -> np.ndarray:
    model = keras.models.load_model(run / "generators" / "generator_0008.keras")
    labels = None if classes is None else one_hot(np.asarray(classes), 3)
    return to_uint8(sample_latents(model, latents_from_seeds(seeds, 6), labels)).astype(int)


def tiles(picture: np.ndarray, columns: int) -> np.ndarray:
    rows = [np.split(row, columns, axis=1) for row in np.split(picture, len(picture) // 8)]
    return np.array([tile for row in rows for tile in row])


def test_every_pixel_is_repeated(run, tmp_path):
    for scale in (1, 3):
        call(generate, run, "--out", tmp_path / f"{scale}.png", "--num", 4, "--scale", scale)
    small, large = read(tmp_path / "1.png"), read(tmp_path / "3.png")
    assert large.shape == (48, 48, 3)
    assert (large == small[np.arange(48) // 3][:, np.arange(48) // 3]).all()


def test_images_of_a_folder_are_enlarged(run, tmp_path):
    call(generate, run, "--out", tmp_path / "faces", "--num", 2, "--scale", 2)
    large = read(tmp_path / "faces" / "000001.png")
    assert np.abs(large - expected(run, [1])[0][np.arange(16) // 2][:, np.arange(16) // 2]).max() <= 1


def test_a_folder_does_not_mix_images_of_two_times(run, tmp_path, capsys, monkeypatch):
    out = tmp_path / "faces"
    call(generate, run, "--out", out, "--num", 3)
    (out / "mine.png").touch()
    call(generate, run, "--out", out, "--num", 3, "--seed", 5)
    failed = fail(generate, capsys, monkeypatch, run, "--out", out, "--num", 2)
    assert f"{out}: 000002.png is there from an earlier time; choose another folder, or empty this one" in failed
    assert np.abs(read(out / "000000.png").astype(int) - expected(run, [5])[0]).max() <= 1


def test_real_images_are_beside_the_grid(run, tmp_path):
    """A gap of half an image, white; no data set is there to open."""
    printed = call(generate, run, "--out", tmp_path / "grid.png", "--grid", "3x2", "--with-reals", "--scale", 2)
    assert printed == f"6 images of 8x8, beside 6 real ones: {tmp_path / 'grid.png'}\n"
    picture = read(tmp_path / "grid.png")[::2, ::2]
    assert picture.shape == (16, 24 + 4 + 24, 3)
    assert np.abs(tiles(picture[:, :24], 3) - expected(run, range(6))).max() <= 1
    assert (picture[:, 24:28] == 255).all()
    assert (tiles(picture[:, 28:], 3) == reals()[:6]).all()


def test_where_real_images_run_out_the_grid_is_black(run, tmp_path):
    assert "64 images of 8x8, beside 40 real ones" in call(generate, run, "--out", tmp_path / "a.png", "--with-reals")
    shown = tiles(read(tmp_path / "a.png")[:, 68:], 8)
    assert (shown[:40] == reals()).all()
    assert not shown[40:].any()


def test_real_images_are_shrunk_to_the_resolution_generated(run, tmp_path):
    call(generate, run, "--out", tmp_path / "a.png", "--num", 1, "--resolution", 4, "--with-reals")
    means = reals()[0].reshape(4, 2, 4, 2, 3).mean(axis=(1, 3))
    assert np.abs(read(tmp_path / "a.png")[:, 6:] - means).max() <= 0.5


def test_real_images_are_of_the_classes_generated(pets, tmp_path):
    call(generate, pets, "--out", tmp_path / "a.png", "--labels", "bird,cat", "--num", 20, "--with-reals")
    shown = tiles(read(tmp_path / "a.png")[:, 84:], 10)
    assert (shown[:8] == reals()[2::3][:8]).all()
    assert not shown[8:10].any()
    assert (shown[10:18] == reals()[0::3][:8]).all()


def test_pictures_say_what_they_are(run, tmp_path):
    call(generate, run, "--out", tmp_path / "grid.png", "--num", 3, "--seed", 5, "--truncation", 0.5)
    assert text(tmp_path / "grid.png") == {
        "Software": f"pgkeras {pgkeras.__version__}",
        "Description": "3 images of 8x8; generator_0008.keras of 00000-faces-8; seeds 5 to 7; truncation 0.5",
        "Seeds": "5 6 7",
    }
    call(generate, run / "generators" / "generator_0008.keras", "--out", tmp_path / "faces", "--num", 2, "--seed", 5)
    assert text(tmp_path / "faces" / "000001.png") == {
        "Software": f"pgkeras {pgkeras.__version__}",
        "Description": "2 images of 8x8; generator_0008.keras; seeds 5 to 6",
        "Seed": "6",
    }
    np.save(tmp_path / "z.npy", latents_from_seeds([7], 6))
    call(generate, run, "--out", tmp_path / "one.png", "--latents", tmp_path / "z.npy")
    assert text(tmp_path / "one.png")["Description"].endswith("of 00000-faces-8; latents of z.npy")
    assert "Seeds" not in text(tmp_path / "one.png")


def test_options_that_do_not_fit_are_one_line(run, pets, tmp_path, capsys, monkeypatch):
    def error(*arguments):
        return fail(generate, capsys, monkeypatch, *arguments)

    png, npy = tmp_path / "a.png", tmp_path / "a.npy"
    model = run / "generators" / "generator_0008.keras"
    assert "--scale 2 is for pictures" in error(run, "--out", npy, "--scale", 2)
    assert "33 is not in the range 1<=x<=32" in error(run, "--out", png, "--scale", 33)
    assert "11,520 x 11,520 pixels" in error(run, "--out", png, "--num", 2000, "--scale", 32)
    assert "--with-reals is for a .png" in error(run, "--out", npy, "--with-reals")
    assert "--with-reals is for a .png" in error(run, "--out", tmp_path / "faces", "--with-reals")
    assert "not a run, so it has no real images" in error(model, "--out", png, "--with-reals")
    np.save(tmp_path / "l.npy", np.full((2, 3), 0.5, np.float32))
    assert "mixed classes" in error(pets, "--out", png, "--labels", tmp_path / "l.npy", "--with-reals")
    assert not png.exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "is missing; resume the run"),
        (lambda path: path.write_bytes(path.read_bytes()[:300]), "cannot be read"),
        (lambda path: path.write_bytes(b"junk"), "cannot be read"),
        (lambda path: Image.new("RGB", (64, 20)).save(path), "is 64x20, no grid of 8 columns of 8x8; resume the run"),
        (lambda path: Image.new("RGB", (64, 16)).save(path), "shows no image"),
    ],
)
def test_damaged_reals_are_one_line(broken, tmp_path, capsys, monkeypatch, damage, message):
    damage(broken / "reals.png")
    line = fail(generate, capsys, monkeypatch, broken, "--out", tmp_path / "a.png", "--resolution", 4, "--with-reals")
    assert line.startswith(f"error: {broken / 'reals.png'}") or "--with-reals" in line
    assert re.search(message, line)
