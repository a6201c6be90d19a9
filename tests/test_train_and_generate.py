"""The train and generate commands, as users run them."""

import errno
import json
import re
import shlex
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image

from pgkeras import ProgressiveConfig, build_generators
from pgkeras.generate.__main__ import main as generate
from pgkeras.images import to_uint8
from pgkeras.latents import latents_from_seeds
from pgkeras.runs.folder import RunFolder
from pgkeras.train import main as train
from pgkeras.training.preflight import preflight
from pgkeras.training.session import MEASURED_SECONDS
from pgkeras.walk.__main__ import main as walk
from tests.command_lines import call, fail, script

TINY = [
    "--resolution=8",
    "--fmap-max=8",
    "--latent-size=6",
    "--batch-size=4",
    "--straight-kimg=0.024",
    "--fade-in-kimg=0.04",
    "--ticks-per-phase=2",
    "--snapshots-per-phase=1",
    "--precision=float32",
]
PLANNED = re.compile(r"(\dx\d [-a-z]+) +(\d+)")


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    images = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
    np.savez(folder / "faces.npz", images=images)
    call(train, folder / "faces.npz", "--out", folder / "runs", *TINY)
    return folder / "runs" / "00000-faces-8"


def read_png(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_the_commands_to_go_on_are_quoted_for_a_shell(faces, tmp_path, monkeypatch):
    monkeypatch.setattr("pgkeras.training.session.train", lambda *arguments: True)
    out = tmp_path / "it's mine"
    printed = call(train, faces, "--out", out, *TINY, "--resolution=4")
    generate_again, export_it = map(shlex.split, printed.splitlines()[-2:])
    run = str(out / "00000-faces-4")
    assert generate_again == ["pgkeras", "generate", run, "--out", "grid.png"]
    assert export_it == ["pgkeras", "export", run, "--out", "exported"]


def test_the_run_folder_is_as_documented(finished_run):
    run = json.loads((finished_run / "config.json").read_text())
    assert run["config"]["resolution"] == 8
    assert run["images"] == 40
    lines = [json.loads(line) for line in (finished_run / "stats.jsonl").read_text().splitlines()]
    assert [(line["resolution"], line["fade_in"]) for line in lines] == [(4, False)] * 2 + [(8, True)] * 2 + [
        (8, False)
    ] * 2
    assert lines[-1]["images_shown"] == 88
    assert {
        "alpha",
        "generator_loss",
        "discriminator_loss",
        "images_per_second",
        "seconds_left",
        "memory_bytes",
    } <= set(lines[0])
    assert sorted(p.name for p in (finished_run / "generators").iterdir()) == [
        "generator_0004.keras",
        "generator_0008.keras",
    ]
    assert (finished_run / "samples" / "000000088.png").is_file()
    assert read_png(finished_run / "samples" / "000000028.png").shape == (64, 64, 3)
    assert read_png(finished_run / "reals.png").shape == (5 * 8, 8 * 8, 3)
    report = (finished_run / "report.html").read_text()
    assert "8x8 fade-in" in report
    assert "88 of 88 images shown" in report
    assert report.count("data:image/webp;base64,") == 3 + 1  # samples and reals
    assert list((finished_run / "tensorboard").glob("events*"))
    assert not list(finished_run.rglob(".*"))


def test_the_saved_generator_is_the_moving_average(finished_run):
    model = keras.models.load_model(finished_run / "generators" / "generator_0008.keras")
    with np.load(finished_run / "checkpoints" / "000000088.npz") as checkpoint:
        for variable in model.variables:
            np.testing.assert_array_equal(variable.numpy(), checkpoint[f"ema_generator/{variable.path}"])
            if "conv" in variable.path:
                assert (variable.numpy() != checkpoint[f"generator/{variable.path}"]).any()


def test_runs_are_numbered(finished_run):
    runs = finished_run.parent
    assert "00001-faces-4" in call(train, runs.parent / "faces.npz", "--out", runs, *TINY, "--resolution=4")
    assert sorted(run.name for run in runs.iterdir()) == ["00000-faces-8", "00001-faces-4"]


def test_dry_run_prints_the_plan_and_makes_nothing(faces, tmp_path):
    output = call(train, faces, "--out", tmp_path / "runs", *TINY, "--dry-run")
    assert PLANNED.findall(output) == [("4x4 straight", "24"), ("8x8 fade-in", "40"), ("8x8 straight", "24")]
    assert list((tmp_path / "runs").iterdir()) == []


def test_kimg_scales_the_schedule(faces, tmp_path):
    output = call(train, faces, "--out", tmp_path / "runs", *TINY, "--resolution=4", "--dry-run", "--kimg", "0.24")
    assert PLANNED.findall(output) == [("4x4 straight", "240")]


@pytest.mark.slow
def test_minutes_are_planned_from_measured_speed(faces, tmp_path, monkeypatch):
    """As if each image had taken 2, 3 and 4 seconds, so that an hour is a few hundred images; of it a tenth is kept."""
    asked = []

    def slow(*arguments, seconds: float):
        asked.append(seconds)
        costs = preflight(*arguments, seconds=0)
        return [replace(cost, seconds_per_image=each) for cost, each in zip(costs, (2, 3, 4), strict=True)]

    monkeypatch.setattr("pgkeras.training.session.preflight", slow)
    output = call(train, faces, "--out", tmp_path / "runs", *TINY, "--minutes", "60")
    assert asked == [MEASURED_SECONDS]
    hours = [float(hours) for hours in re.findall(r"\dx\d [-a-z]+ .* (\d+\.\d+)$", output, re.MULTILINE)]
    assert len(hours) == 3
    assert 0.8 < sum(hours) <= 0.901  # the preflight itself takes a part of the hour, less the slower the machine
    assert hours[0] / hours[2] == pytest.approx(2 / 4, abs=0.01)
    config = json.loads((tmp_path / "runs" / "00000-faces-8" / "config.json").read_text())["config"]
    assert config["straight_kimg"]["4"] > 0.024
    assert config["fade_in_kimg"]["8"] / config["straight_kimg"]["8"] == pytest.approx(0.04 / 0.024)
    lines = (tmp_path / "runs" / "00000-faces-8" / "stats.jsonl").read_text().splitlines()
    shown = json.loads(lines[-1])["images_shown"]
    assert shown == pytest.approx(1000 * (2 * config["straight_kimg"]["8"] + config["fade_in_kimg"]["8"]), abs=3 * 4)


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


IMAGES = np.zeros((40, 16, 16, 3), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ({"pictures": IMAGES[0]}, [], "no array `images`"),
        ({"images": IMAGES.astype(np.float32)}, [], "must be uint8"),
        ({"images": IMAGES[0]}, [], "must be \\(images, side, side, channels\\)"),
        ({"images": IMAGES[:, :8]}, [], "must be square"),
        ({"images": IMAGES}, ["--resolution", "32"], "16x16, smaller than --resolution 32; use --resolution 16"),
        ({"images": IMAGES[:3]}, ["--resolution", "8"], "3 images are fewer than the 16 of a step; lower --batch-size"),
        ({"images": IMAGES}, ["--resolution", "12"], "--resolution 12: .* no|not a power of two"),
        ({"images": IMAGES}, ["--preset", "slow"], "'slow' is not one of 'paper', 'paper-8-gpus', 'quick'"),
        ({"images": IMAGES}, ["--speed", "9"], "No such option.*--speed"),
        ({"images": IMAGES}, ["--kimg", "1", "--minutes", "1"], "contradict each other"),
        ({"images": IMAGES}, ["--resolution", "8", "--channels", "1"], "3 channels, not --channels 1"),
        (
            {"images": IMAGES},
            ["--resolution", "16", "--holdout", "0.03", "--metrics", "swd,ms_ssim"],
            "--metrics swd,ms_ssim: too few images to measure against, 1 instead of 2 or more; .* larger --holdout",
        ),
        ({"images": IMAGES}, ["--loss", "lsgan", "--penalty-weight", "3"], "no penalty to weigh"),
        ({"images": IMAGES}, ["--resolution", "8", "--kimg", "0.001"], "4x4 straight shows 0 images, and needs 16"),
        ({"images": IMAGES}, ["--kimg", "inf"], "--kimg.*inf is not a finite number"),
        ({"images": IMAGES}, ["--minutes", "nan"], "--minutes.*nan is not a finite number"),
        ({"images": IMAGES}, ["--straight-kimg", "4:1,8:inf"], "--straight-kimg inf: Input should be a finite number"),
        (
            {"images": IMAGES},
            ["--generator-learning-rate", "inf"],
            "--generator-learning-rate inf: Input should be a f",
        ),
        ({"images": IMAGES}, ["--resolution", "4", "--straight-kimg", "0.0004"], "4x4 straight shows 0 images, and"),
        ({"images": IMAGES}, ["--resolution", "8", "--out", "{file}/runs"], "cannot make a run folder"),
    ],
)
def test_bad_training_input_is_one_line(tmp_path, capsys, monkeypatch, arrays, options, message):
    path = write(tmp_path / "faces.npz", **arrays)
    options = [option.replace("{file}", str(path)) for option in options]
    assert re.search(message, fail(train, capsys, monkeypatch, path, "--out", tmp_path / "runs", *options))


def test_bad_paths_are_one_line(tmp_path, capsys, monkeypatch, faces):
    truncated = tmp_path / "truncated.npz"
    truncated.write_bytes(faces.read_bytes()[:5000])
    assert "truncated" in fail(train, capsys, monkeypatch, truncated)
    assert "no such file" in fail(train, capsys, monkeypatch, tmp_path / "missing.npz")
    assert "DATA is missing" in fail(train, capsys, monkeypatch)
    assert "is not a run folder" in fail(train, capsys, monkeypatch, "--resume", tmp_path)
    assert "drop --seed" in fail(train, capsys, monkeypatch, "--resume", tmp_path, "--seed", "3")
    assert "drop --out" in fail(train, capsys, monkeypatch, "--resume", tmp_path, "--out", tmp_path)


@pytest.mark.parametrize("options", [["{gone}"], ["{gone}", "--resume", "{run}"], ["--resume", "{moved}"]])
def test_data_that_are_not_there_are_told_of_at_once(finished_run, tmp_path, capsys, monkeypatch, options):
    """Before anything that takes long is imported."""
    moved = tmp_path / "run"
    moved.mkdir()
    description = json.loads((finished_run / "config.json").read_text()) | {"data": str(tmp_path / "gone.npz")}
    (moved / "config.json").write_text(json.dumps(description))
    paths = {"gone": tmp_path / "gone.npz", "run": finished_run, "moved": moved}
    monkeypatch.setitem(sys.modules, "pgkeras.training.session", None)
    error = fail(train, capsys, monkeypatch, *(option.format(**paths) for option in options))
    if "{moved}" in options:
        assert error.endswith(f"say where to: pgkeras train NEW --resume {moved}\n")
    else:
        assert error == f"error: {tmp_path / 'gone.npz'}: no such file or folder; give the images to train on\n"


def test_a_run_that_is_being_trained_is_told_of_at_once(finished_run, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pgkeras.training.session", None)
    with RunFolder(finished_run).lock():
        error = fail(train, capsys, monkeypatch, "--resume", finished_run)
    assert error == f"error: {finished_run}: the run is being trained already; wait for it, or stop it first\n"


def test_a_run_that_may_not_be_written_to_is_one_line(finished_run, capsys, monkeypatch):
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    monkeypatch.setitem(sys.modules, "pgkeras.training.session", None)
    error = fail(train, capsys, monkeypatch, "--resume", finished_run)
    assert f"error: {finished_run}: cannot be written to (Read-only file system); choose another folder" in error


@pytest.mark.parametrize("name", ["grid.PNG", "images.NPY"])
def test_suffixes_may_be_capital(finished_run, tmp_path, name):
    call(generate, finished_run, "--out", tmp_path / name, "--num", "4")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    if name == "grid.PNG":
        assert read_png(tmp_path / name).shape == (16, 16, 3)
    else:
        assert np.load(tmp_path / name).shape == (4, 8, 8, 3)


def test_a_damaged_config_is_one_line(finished_run, tmp_path, capsys, monkeypatch):
    text = (finished_run / "config.json").read_text()
    (tmp_path / "config.json").write_text(text.replace('"resolution": 8', '"resolution": 9'))
    assert "config.resolution" in fail(train, capsys, monkeypatch, "--resume", tmp_path)
    for damaged in (text[:100].encode(), text.replace("faces", "fäces").encode("latin-1")):
        (tmp_path / "config.json").write_bytes(damaged)
        assert "the whole file" in fail(train, capsys, monkeypatch, "--resume", tmp_path)


def test_other_data_on_resume_are_refused(finished_run, tmp_path, capsys, monkeypatch):
    other = write(tmp_path / "other.npz", images=IMAGES[:20])
    assert "give the same data" in fail(train, capsys, monkeypatch, other, "--resume", finished_run)


def test_a_dry_run_of_a_resumed_run_tries_its_phases_and_changes_nothing(faces, tmp_path):
    call(train, faces, "--out", tmp_path, *TINY, "--resolution=4")
    run = tmp_path / "00000-faces-4"
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    output = call(train, "--resume", run, "--dry-run")
    assert PLANNED.findall(output) == [("4x4 straight", "24")]
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before


def test_a_finished_run_resumes_to_nothing(finished_run):
    assert "trained" in call(train, "--resume", finished_run)


def expected_images(run, seeds) -> np.ndarray:
    model = keras.models.load_model(run / "generators" / "generator_0008.keras")
    return keras.ops.convert_to_numpy(model(latents_from_seeds(seeds, 6)))


def test_generate_writes_unclipped_floats(finished_run, tmp_path):
    call(generate, finished_run, "--out", tmp_path / "images.npy", "--num", "20", "--seed", "5")
    images = np.load(tmp_path / "images.npy")
    assert (images.dtype, images.shape) == (np.float32, (20, 8, 8, 3))
    np.testing.assert_allclose(images, expected_images(finished_run, range(5, 25)), atol=1e-5)


def test_generate_writes_a_grid(finished_run, tmp_path):
    call(generate, finished_run, "--out", tmp_path / "grid.png", "--num", "5")
    picture = read_png(tmp_path / "grid.png")
    assert picture.shape == (16, 24, 3)
    difference = picture[8:, 8:16].astype(int) - to_uint8(expected_images(finished_run, [4]))[0]
    assert np.abs(difference).max() <= 1


def test_generate_writes_a_grid_of_the_size_asked_for(finished_run, tmp_path):
    call(generate, finished_run, "--out", tmp_path / "grid.png", "--grid", "5x2", "--seed", "3")
    picture = read_png(tmp_path / "grid.png")
    assert picture.shape == (2 * 8, 5 * 8, 3)
    difference = picture[8:, 8:16].astype(int) - to_uint8(expected_images(finished_run, [3 + 6]))[0]
    assert np.abs(difference).max() <= 1


def test_generate_truncates(finished_run, tmp_path):
    for psi in (1, 0.001):
        call(generate, finished_run, "--out", tmp_path / f"{psi}.npy", "--num", 8, "--truncation", psi)
    np.testing.assert_allclose(np.load(tmp_path / "1.npy"), expected_images(finished_run, range(8)), atol=1e-5)
    assert np.load(tmp_path / "0.001.npy").std(axis=0).mean() < 0.03 * np.load(tmp_path / "1.npy").std(axis=0).mean()


def test_generate_writes_a_folder_of_images(finished_run, tmp_path):
    call(generate, finished_run / "generators" / "generator_0004.keras", "--out", tmp_path / "faces", "--num", "18")
    names = sorted(path.name for path in (tmp_path / "faces").iterdir())
    assert names == [f"{number:06}.png" for number in range(18)]
    assert read_png(tmp_path / "faces" / "000017.png").shape == (4, 4, 3)


def test_generate_writes_into_a_folder_with_a_dot_that_is_there(finished_run, tmp_path):
    (tmp_path / "faces.v2").mkdir()
    call(generate, finished_run, "--out", tmp_path / "faces.v2", "--num", "1")
    assert [path.name for path in (tmp_path / "faces.v2").iterdir()] == ["000000.png"]


def test_generate_takes_latents(finished_run, tmp_path):
    np.save(tmp_path / "z.npy", latents_from_seeds([7, 9], 6))
    call(generate, finished_run, "--out", tmp_path / "images.npy", "--latents", tmp_path / "z.npy")
    np.testing.assert_allclose(np.load(tmp_path / "images.npy"), expected_images(finished_run, [7, 9]), atol=1e-5)


def test_generate_takes_one_resolution(finished_run, tmp_path):
    call(generate, finished_run, "--out", tmp_path / "images.npy", "--num", "2", "--resolution", "4")
    assert np.load(tmp_path / "images.npy").shape == (2, 4, 4, 3)


def test_bad_generate_input_is_one_line(finished_run, tmp_path, capsys, monkeypatch):
    out = tmp_path / "grid.png"

    def error(*arguments):
        return fail(generate, capsys, monkeypatch, *arguments)

    assert "no such run" in error(tmp_path / "missing", "--out", out)
    assert "holds no generator_" in error(tmp_path, "--out", out)
    assert "has only 4, 8" in error(finished_run, "--out", out, "--resolution", "16")
    assert "cannot be written" in error(finished_run, "--out", "/proc/missing/grid.png")
    assert "above 4294967295" in error(finished_run, "--out", out, "--seed", 2**32 - 2, "--num", "3")
    np.save(tmp_path / "z.npy", np.zeros((2, 5), np.float32))
    assert "takes float32 (images, 6)" in error(finished_run, "--out", out, "--latents", tmp_path / "z.npy")
    assert "drop --num" in error(finished_run, "--out", out, "--latents", tmp_path / "z.npy", "--num", "2")
    assert "drop one of them" in error(finished_run, "--out", out, "--grid", "2x2", "--num", "4")
    assert "--grid is for a .png" in error(finished_run, "--out", tmp_path, "--grid", "2x2")
    assert "not a grid; give columns and rows" in error(finished_run, "--out", out, "--grid", "2x0")
    np.save(tmp_path / "z.npy", np.ones((2, 6), np.float32))
    assert "is for 2 images, but 4 are asked" in error(
        finished_run, "--out", out, "--latents", tmp_path / "z.npy", "--grid", "2x2"
    )
    (tmp_path / "z.npy").write_bytes(b"junk")
    assert "cannot be read as .npy" in error(finished_run, "--out", out, "--latents", tmp_path / "z.npy")
    with (tmp_path / "z.npy").open("wb") as file:
        np.savez(file, z=np.zeros((2, 6), np.float32))
    assert "cannot be read as .npy" in error(finished_run, "--out", out, "--latents", tmp_path / "z.npy")
    for name in ("grid.jpg", "images.npz"):
        assert "give a .png, an .npy, or a folder" in error(finished_run, "--out", tmp_path / name)
        assert not (tmp_path / name).exists()
    (tmp_path / "generator_0008.keras").write_bytes(b"junk")
    assert "cannot be loaded" in error(tmp_path, "--out", out)
    data = (finished_run / "generators" / "generator_0008.keras").read_bytes()
    (tmp_path / "generator_0008.keras").write_bytes(data[: len(data) // 2])
    assert "cannot be loaded" in error(tmp_path, "--out", out)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "other.keras")
    assert "is not a generator" in error(tmp_path / "other.keras", "--out", out)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text((finished_run / "config.json").read_text())
    assert "has no generator yet" in error(tmp_path / "run", "--out", out)


def test_a_model_with_two_outputs_is_no_generator(tmp_path, capsys, monkeypatch):
    model = build_generators(ProgressiveConfig(resolution=4, fmap_max=4, latent_size=5))[4].straight
    keras.Model(model.input, [model.output, model.output]).save(tmp_path / "two.keras")
    assert "is not a generator" in fail(
        generate, capsys, monkeypatch, tmp_path / "two.keras", "--out", tmp_path / "a.png"
    )


@pytest.mark.parametrize(
    ("command", "name"), [(train, "pgkeras train"), (generate, "pgkeras generate"), (walk, "pgkeras walk")]
)
def test_help_has_an_example(command, name):
    assert f"  {name} " in call(command, "--help")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--minutes", "5"], "--minutes 5: .* drop --minutes, or begin another run with --start-from"),
        (["--no-growing"], "--no-growing: .* drop --no-growing$"),
        (["--straight-kimg", "4:1,8:2"], "--straight-kimg 4:1,8:2: .* drop --straight-kimg$"),
    ],
)
def test_options_beside_resume_are_refused_as_typed(tmp_path, capsys, monkeypatch, option, words):
    assert re.search(words, fail(train, capsys, monkeypatch, "--resume", tmp_path, *option).strip())


def test_help_tells_numbers_from_text():
    text = call(train, "--help")
    for option in ("--drift-weight FLOAT", "--ema-rampup FLOAT", "--metrics TEXT", "--penalty-weight N|4:N,64:N..."):
        assert option in text


@pytest.mark.slow
@pytest.mark.parametrize("module", ["pgkeras.train", "pgkeras.generate", "pgkeras.walk"])
def test_errors_of_a_module_are_one_line(module):
    failed = script("-m", module, "no-such-thing", "--out", "x.png")
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
