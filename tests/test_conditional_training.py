"""From labels in the data to a class in the picture, and the other networks through the same commands."""

import json
import re

import keras
import numpy as np
import pytest
from PIL import Image

from pgkeras.generate.__main__ import main as generate
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import sample_latents
from pgkeras.train import main as train
from tests.command_lines import call, fail

TINY = [
    "--resolution=8",
    "--fmap-max=8",
    "--fmap-base=32",
    "--latent-size=6",
    "--batch-size=4",
    "--straight-kimg=0.02",
    "--fade-in-kimg=0.02",
    "--ticks-per-phase=1",
    "--snapshots-per-phase=1",
    "--precision=float32",
]
NAMES = ("cat", "dog", "bird")


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """Forty images in three classes, of a brightness each."""
    random = np.random.default_rng(0)
    labels = np.arange(40) % 3
    images = (random.integers(0, 60, (40, 8, 8, 3)) + 90 * labels[:, None, None, None]).astype(np.uint8)
    path = tmp_path_factory.mktemp("pets") / "pets.npz"
    np.savez(path, images=images, labels=labels, label_names=np.array(NAMES))
    return path


@pytest.fixture(scope="module")
def run(pets, tmp_path_factory):
    out = tmp_path_factory.mktemp("conditional") / "runs"
    call(train, pets, "--out", out, "--conditional", *TINY)
    return out / "00000-pets-8"


def read_png(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.slow
def test_the_run_knows_its_classes(run, pets):
    description = json.loads((run / "config.json").read_text())
    assert description["label_names"] == list(NAMES)
    assert description["label_counts"] == [14, 13, 13]
    assert description["config"]["label_size"] == 3
    assert (run / "generators" / "labels.txt").read_text() == "cat\ndog\nbird\n"


@pytest.mark.slow
def test_grids_have_a_row_for_each_class(run, pets):
    """Of reals too: the rows' brightness is their class's."""
    reals = read_png(run / "reals.png")
    assert reals.shape == (3 * 8, 8 * 8, 3)
    assert (np.diff(reals.reshape(3, -1).mean(axis=1)) > 80).all()
    model = keras.models.load_model(run / "generators" / "generator_0008.keras")
    latents = np.tile(latents_from_seeds(range(8), 6), (3, 1))
    expected = to_uint8(sample_latents(model, latents, one_hot(np.repeat(range(3), 8), 3)))
    last = max((run / "samples").glob("*.png"))
    np.testing.assert_array_equal(read_png(last)[8:16, :8], expected[8])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "classes"),
    [
        ([], np.repeat(range(3), 8)),
        (["--num", "6"], [0, 0, 1, 1, 2, 2]),
        (["--num", "7", "--labels", "bird,cat"], [2, 2, 2, 2, 0, 0, 0]),
        (["--num", "2", "--labels", "1"], [1, 1]),
    ],
)
def test_generate_draws_the_classes_asked_for(run, tmp_path, options, classes):
    call(generate, run, "--out", tmp_path / "images.npy", *options)
    model = keras.models.load_model(run / "generators" / "generator_0008.keras")
    latents = latents_from_seeds(range(len(classes)), 6)
    expected = sample_latents(model, latents, one_hot(np.asarray(classes), 3))
    np.testing.assert_allclose(np.load(tmp_path / "images.npy"), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("options", "classes"), [([], [0, 1]), (["--labels", "bird,cat"], [2, 0])])
def test_rows_of_a_grid_are_classes(run, tmp_path, options, classes):
    call(generate, run, "--out", tmp_path / "grid.png", "--grid", "3x2", *options)
    model = keras.models.load_model(run / "generators" / "generator_0008.keras")
    expected = to_uint8(sample_latents(model, latents_from_seeds(range(6), 6), one_hot(np.repeat(classes, 3), 3)))
    shown = read_png(tmp_path / "grid.png").reshape(2, 8, 3, 8, 3).swapaxes(1, 2).reshape(6, 8, 8, 3)
    assert np.abs(shown.astype(int) - expected).max() <= 1


@pytest.mark.slow
def test_generate_takes_labels_from_a_file(run, tmp_path):
    np.save(tmp_path / "l.npy", np.array([2, 0]))
    np.save(tmp_path / "w.npy", np.array([[0, 0, 1], [1, 0, 0]], np.float32))
    for labels in ("l.npy", "w.npy"):
        call(generate, run, "--out", tmp_path / f"{labels}.npy", "--labels", tmp_path / labels)
    np.testing.assert_array_equal(np.load(tmp_path / "l.npy.npy"), np.load(tmp_path / "w.npy.npy"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("array", "options", "message"),
    [
        (None, ["--labels", "cow"], "--labels cow: there is no such class; choose from cat, dog, bird"),
        (None, ["--labels", "3"], "no such class"),
        (np.array([3]), ["--labels", "{file}"], "give class numbers from 0 to 2"),
        (np.array([[0.5, 0.5]]), ["--labels", "{file}"], r"weights \(images, 3\)"),
        (np.array([1, 2]), ["--labels", "{file}", "--num", "2"], "already says how many images: drop --num"),
        (np.array([1, 2]), ["--labels", "{file}", "--grid", "3x1"], "is for 2 images, but 3 are asked for"),
        (None, ["--labels", "cat", "--grid", "4x2"], "--grid has 2 rows for 1 classes; give a row for each"),
    ],
)
def test_bad_labels_are_one_line(run, tmp_path, capsys, monkeypatch, array, options, message):
    path = tmp_path / "labels.npy"
    if array is not None:
        np.save(path, array)
    options = [option.replace("{file}", str(path)) for option in options]
    line = fail(generate, capsys, monkeypatch, run, "--out", tmp_path / "x.png", *options)
    assert re.search(message, line)


@pytest.mark.slow
def test_resuming_demands_the_same_classes(run, pets, tmp_path, capsys, monkeypatch):
    with np.load(pets) as members:
        np.savez(tmp_path / "two.npz", images=members["images"], labels=members["labels"] % 2)
    line = fail(train, capsys, monkeypatch, tmp_path / "two.npz", "--resume", run)
    assert "2 classes, but the run began with 40 of 8 and 3; give the same data" in line


def test_label_size_without_conditional(pets, tmp_path, capsys, monkeypatch):
    line = fail(train, capsys, monkeypatch, pets, "--out", tmp_path, "--label-size", "3", *TINY)
    assert "no labels without --conditional, not --label-size 3; drop the option" in line


def test_data_without_labels(faces, tmp_path, capsys, monkeypatch):
    assert "labels" in fail(train, capsys, monkeypatch, faces, "--out", tmp_path, "--conditional", *TINY)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ["--preset=dcgan", "--generator-steps=2"],
        ["--preset=table-1-a", "--discriminator-steps=2"],
        ["--preset=quick", "--augmentation=colour,translation,cutout", "--augmentation-target=0.6"],
    ],
    ids=["dcgan", "table-1-a", "adaptive augmentation"],
)
def test_other_networks_train_and_generate(pets, tmp_path, options):
    call(train, pets, "--out", tmp_path, *TINY, *options)
    run = tmp_path / "00000-pets-8"
    lines = [json.loads(line) for line in (run / "stats.jsonl").read_text().splitlines()]
    assert all(np.isfinite(line["generator_loss"]) for line in lines)
    assert ("augmentation_probability" in lines[-1]) == ("--preset=quick" in options)
    assert (run / "generators" / "generator_0004.keras").exists() == ("--preset=quick" in options)
    call(generate, run, "--out", tmp_path / "grid.png", "--num", 4)
    assert read_png(tmp_path / "grid.png").shape == (16, 16, 3)


def test_a_class_without_images(tmp_path, capsys, monkeypatch):
    images = np.zeros((8, 8, 8, 3), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.repeat([0, 2], 4), label_names=np.array(NAMES))
    line = fail(train, capsys, monkeypatch, tmp_path / "a.npz", "--out", tmp_path / "runs", "--conditional", *TINY)
    assert "class dog has no image; remove the class" in line
