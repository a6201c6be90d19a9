"""The evaluate command."""

import json

import numpy as np
import pytest

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.evaluate import main
from pgkeras.train import main as train
from tests.command_line_test import call, fail

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    for side in (8, 16):
        config = ProgressiveConfig(resolution=side, fmap_max=8, latent_size=5)
        build_generators(config)[side].straight.save(tmp_path / f"generator_{side:04}.keras")
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    return tmp_path


def test_prints_and_writes_the_values(folder):
    printed = call(main, folder, "--data", folder / "faces.npz", "--json", folder / "m.json")
    values = json.loads((folder / "m.json").read_text())
    assert list(values) == ["images", "resolution", "swd_16", "swd_average", "ms_ssim_generated", "ms_ssim_real"]
    assert (values["images"], values["resolution"]) == (20, 16)
    assert f"{values['swd_16']:.3f}" in printed
    assert "20 images of 16x16 each" in printed


def test_conditional_generators(tmp_path):
    config = ProgressiveConfig(resolution=16, fmap_max=8, latent_size=5, label_size=3)
    build_generators(config)[16].straight.save(tmp_path / "generator_0016.keras")
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    printed = call(main, tmp_path, "--data", tmp_path / "faces.npz", "--metrics", "swd", "--num-images", 8)
    assert "swd_average" in printed
    assert "ms_ssim" not in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--metrics", "fid"], "--metrics fid: 'fid' is unknown; choose from swd, ms_ssim"),
        (["--resolution", "64"], "has only 8, 16"),
        (["--resolution", "8"], "the metrics need a power of two from 16 on"),
        (["--json", "{folder}/no/m.json"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line(folder, capsys, monkeypatch, options, words):
    options = [option.replace("{folder}", str(folder)) for option in options]
    assert words in fail(main, capsys, monkeypatch, folder, "--data", folder / "faces.npz", *options)


def test_data_that_are_too_small(folder, capsys, monkeypatch):
    np.savez(folder / "small.npz", images=IMAGES[:, :8, :8])
    assert "8x8" in fail(main, capsys, monkeypatch, folder, "--data", folder / "small.npz")


def test_a_single_image(folder, capsys, monkeypatch):
    np.savez(folder / "one.npz", images=IMAGES[:1])
    assert "has one image" in fail(main, capsys, monkeypatch, folder, "--data", folder / "one.npz")


@pytest.mark.slow
def test_training_measures_at_every_snapshot_what_evaluate_does(tmp_path):
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    options = ["--resolution=16", "--fmap-max=8", "--latent-size=6", "--batch-size=4", "--precision=float32"]
    lengths = ["--straight-kimg=0.016", "--fade-in-kimg=0.016", "--snapshots-per-phase=2"]
    measured = ["--metrics=swd,ms_ssim", "--metrics-images=10"]
    call(train, tmp_path / "faces.npz", "--out", tmp_path, *options, *lengths, *measured)
    run = tmp_path / "00000-faces-16"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    shown = [line["images_shown"] for line in lines]
    assert len(shown) == 4
    assert shown == [int(path.stem) for path in sorted((run / "samples").iterdir())][-4:]

    call(main, run, "--data", tmp_path / "faces.npz", "--num-images", 10, "--json", tmp_path / "m.json")
    expected = json.loads((tmp_path / "m.json").read_text())
    for name in ("swd_16", "swd_average", "ms_ssim_generated", "ms_ssim_real"):
        assert lines[-1][name] == pytest.approx(expected[name])


def test_metrics_images_without_metrics_are_refused(tmp_path, capsys, monkeypatch):
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    failed = fail(train, capsys, monkeypatch, tmp_path / "faces.npz", "--out", tmp_path, "--metrics-images", 10)
    assert "--metrics-images 10: there are no --metrics to measure" in failed
