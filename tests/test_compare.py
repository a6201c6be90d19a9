"""The compare command."""

import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

from pgkeras import ProgressiveConfig, UserError
from pgkeras.compare import main
from pgkeras.evaluate import main as evaluate
from pgkeras.train import main as train
from tests.command_lines import call, fail
from tests.report.written_run import new_run

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of the paper's network, not growing so that it takes seconds, and a DCGAN; the same images held out."""
    folder = tmp_path_factory.mktemp("runs")
    np.savez(folder / "faces.npz", images=IMAGES)
    small = ["--fmap-max=8", "--latent-size=6", "--batch-size=4", "--precision=float32", "--snapshots-per-phase=2"]
    small += ["--resolution=16", "--holdout=0.5"]
    lengths = ["--no-growing", "--straight-kimg=4:0,16:0.016", "--fade-in-kimg=0"]
    for options in ([], ["--preset=dcgan"]):
        call(train, folder / "faces.npz", "--out", folder, *small, *lengths, *options)
    return folder / "00000-faces-16", folder / "00001-faces-16"


@pytest.mark.slow
def test_a_table_and_a_picture(runs, tmp_path):
    printed = call(main, *runs, "--out", tmp_path / "c.png", "--json", tmp_path / "c.json")
    header, one, other, last = printed.splitlines()
    assert header.split() == ["kimg", "minutes", "swd_16", "swd_average", "ms_ssim_generated", "ms_ssim_real"]
    assert one.startswith("00000-faces-16 ")
    assert other.startswith("00001-faces-16, dcgan ")
    assert last.startswith("20 images of 16x16 each, against the 20 held out of ")
    with Image.open(tmp_path / "c.png") as picture:
        assert min(picture.size) > 500

    records = json.loads((tmp_path / "c.json").read_text())
    assert [record["preset"] for record in records] == [None, "dcgan"]
    for record in records:
        minutes, distances = zip(*record["curve"], strict=True)
        assert list(minutes) == sorted(minutes)
        assert minutes[-1] == pytest.approx(record["minutes"])
        assert distances[-1] == pytest.approx(record["swd_average"])
    assert [len(record["curve"]) for record in records] == [2, 2]


@pytest.mark.slow
def test_the_values_are_those_of_evaluate(runs, tmp_path):
    reals = ["--data", runs[0].parent / "faces.npz", "--metrics", "swd"]
    call(main, *runs, *reals, "--out", tmp_path / "c.png", "--json", tmp_path / "c.json")
    call(evaluate, runs[1], *reals, "--json", tmp_path / "e.json")
    compared = json.loads((tmp_path / "c.json").read_text())[1]
    assert compared["swd_16"] == pytest.approx(json.loads((tmp_path / "e.json").read_text())["swd_16"])


def begun(tmp_path: Path, **options: object) -> Path:
    """A run whose snapshot is an empty file."""
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    config = ProgressiveConfig(resolution=16, **options)
    label_names = ("cat", "dog")[: config.label_size]
    data = {"data": str(tmp_path / "faces.npz"), "images": 40, "side": 32}
    folder = new_run(tmp_path, config, label_names=label_names, **data)
    folder.snapshot(16, 100).touch()
    return folder.path


def test_runs_with_other_images_need_data(tmp_path, capsys, monkeypatch):
    failed = fail(main, capsys, monkeypatch, *(begun(tmp_path, holdout=holdout) for holdout in (0.5, 0)))
    assert "its holdout is 0.0, that of" in failed
    assert "give --data to compare them all with" in failed


def test_runs_with_and_without_classes_have_the_same_images(tmp_path, capsys, monkeypatch):
    runs = [begun(tmp_path, label_size=classes, holdout=0.5) for classes in (0, 2)]
    monkeypatch.setattr(
        "pgkeras.evaluation.compare.measure_contender", Mock(side_effect=UserError("they are measured"))
    )
    assert "they are measured" in fail(main, capsys, monkeypatch, *runs, "--out", tmp_path / "new" / "c.png")
    assert (tmp_path / "new").is_dir()


def test_one_run_is_too_few(tmp_path, capsys, monkeypatch):
    assert "to compare it, give another run" in fail(main, capsys, monkeypatch, tmp_path)


def test_what_is_no_run(tmp_path, capsys, monkeypatch):
    assert "is not a run folder" in fail(main, capsys, monkeypatch, tmp_path, tmp_path)
