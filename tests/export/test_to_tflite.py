"""The command line: what it writes, and how it refuses."""

import errno
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check_refused(result: tuple[int, str, str], *words: str) -> None:
    status, out, err = result
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


def test_as_a_user_runs_it(exported_by_a_user):
    """In a process of its own: a quiet terminal."""
    _, result = exported_by_a_user
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 14


def test_prints_a_line_per_model_and_a_summary(to_tflite, run_folder, tmp_path):
    status, out, err = to_tflite(run_folder, "--out", tmp_path / "o", "--resolutions", "8, 4", "--quantize", "float16")
    assert (status, err) == (0, "")
    first, second, summary, card = out.splitlines()
    assert first.startswith("generator_0004_float16.tflite") and "MB" in first and "PSNR" in first and "dB" in first
    assert second.startswith("generator_0008_float16.tflite")
    assert summary.startswith("exported 2 models, ") and summary.endswith(str(tmp_path / "o" / "manifest.json"))
    assert card.endswith(str(tmp_path / "o" / "quality.md"))
    assert files(tmp_path / "o") == [
        *("generator_0004_float16.tflite", "generator_0008_float16.tflite", "manifest.json"),
        *("quality.json", "quality.md", "quality_0004.png", "quality_0008.png"),
    ]


def test_the_same_bytes_again(to_tflite, run_folder, exported, tmp_path):
    """In another process, and of one resolution alone."""
    to_tflite(run_folder, "--out", tmp_path, "--resolutions", "16", "--num-latents", "16")
    again = [name for name in files(tmp_path) if name.endswith((".tflite", ".png"))]
    assert len(again) == 4 + 1
    for name in again:
        assert (tmp_path / name).read_bytes() == (exported / name).read_bytes(), name
    first, second = (json.loads((folder / "manifest.json").read_text()) for folder in (exported, tmp_path))
    assert second == first | {"models": first["models"][-4:], "faces": []}


@pytest.mark.parametrize(("source", "name"), [("generators", "generators"), ("any.keras", "any")])
def test_other_sources(to_tflite, run_folder, tmp_path, source, name):
    shutil.copytree(run_folder / "generators", tmp_path / "generators")
    shutil.copy(run_folder / "generators" / "generator_0004.keras", tmp_path / "any.keras")
    status, _, _ = to_tflite(tmp_path / source, "--out", tmp_path / "o", "--quantize", "float32", "--resolutions", "4")
    assert status == 0
    assert json.loads((tmp_path / "o" / "manifest.json").read_text())["name"] == name
    assert [name for name in files(tmp_path / "o") if "quality" not in name] == [
        "generator_0004_float32.tflite",
        "manifest.json",
    ]


def test_help_has_an_example(to_tflite):
    status, out, _ = to_tflite("--help")
    assert status == 0
    assert "pgkeras export runs/00000-faces-64 --out exported" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--quantize", "int4"], ["int4", "float32, float16, dynamic, int8"]),
        (["--quantize", "float16,"], ["''", "float32, float16, dynamic, int8"]),
        (["--resolutions", "4,64"], ["'64'", "4, 8, 16"]),
        (["--resolutions", "big"], ["'big'", "4, 8, 16"]),
        (["--colour"], ["--colour"]),
        (["--gallery", "1"], ["--gallery"]),
        (["--gallery", "8", "--num-latents", "4"], ["--gallery 8", "--num-latents 4"]),
        (["--int8-psnr", "nan"], ["--int8-psnr nan", "decibels"]),
        (["--float16-psnr", "inf"], ["--float16-psnr inf", "decibels"]),
        (["--card", "licence"], ["licence", "key=value"]),
        (["--card", "licence=a", "--card", "licence=b"], ["licence is given twice"]),
    ],
    ids=str,
)
def test_bad_options(to_tflite, run_folder, tmp_path, arguments, words):
    check_refused(to_tflite(run_folder, "--out", tmp_path / "exported", *arguments), *words)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("latents", "words"),
    [
        (None, "holds no .npy; give the folder that pgkeras.project wrote"),
        (np.ones((1, 23), np.float32), "holds float32 (1, 23); this generator takes float32 (images, 24)"),
        (np.full((1, 24), np.nan, np.float32), "holds NaN or infinite values"),
        (np.ones((2, 24), np.float32), "holds 2 latents under one name; give a file for each"),
        (np.ones((1, 24), int), "holds int64"),
    ],
    ids=["none", "size", "nan", "two", "int"],
)
def test_bad_faces(to_tflite, run_folder, tmp_path, latents, words):
    (tmp_path / "found").mkdir()
    if latents is not None:
        np.save(tmp_path / "found" / "me.npy", latents)
    result = to_tflite(run_folder, "--out", tmp_path / "exported", "--faces", tmp_path / "found")
    check_refused(result, "found" if latents is None else "me.npy", words)
    assert files(tmp_path) == ["found"]


def test_no_such_run(to_tflite, tmp_path):
    check_refused(to_tflite(tmp_path / "absent", "--out", tmp_path / "exported"), "absent")
    check_refused(to_tflite(tmp_path / "absent.keras", "--out", tmp_path / "exported"), "absent.keras")
    assert files(tmp_path) == []


def test_run_without_a_generator(to_tflite, tmp_path):
    (tmp_path / "run" / "generators").mkdir(parents=True)
    (tmp_path / "run" / "config.json").write_text("{}")
    check_refused(to_tflite(tmp_path / "run", "--out", tmp_path / "exported"), "run", "no generator yet")
    assert files(tmp_path) == ["run"]


def test_corrupted_file(to_tflite, run_folder, tmp_path):
    """The last of three: the first two, already converted, must not appear."""
    run = tmp_path / "run"
    shutil.copytree(run_folder, run)
    damaged = run / "generators" / "generator_0016.keras"
    damaged.write_bytes(damaged.read_bytes()[:20_000])
    status, out, err = to_tflite(run, "--out", tmp_path / "exported", "--quantize", "float32")
    check_refused((status, "", err), "generator_0016.keras", "cannot be loaded", "nothing was written")
    assert len(out.splitlines()) == 2
    assert files(tmp_path) == ["run"]


def test_no_generator(to_tflite, tmp_path):
    classifier = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(10)])
    classifier.save(tmp_path / "classifier.keras")
    (tmp_path / "text.keras").write_text("not a model")
    for name in ("classifier.keras", "text.keras"):
        check_refused(to_tflite(tmp_path / name, "--out", tmp_path / "exported"), name)
    assert files(tmp_path) == ["classifier.keras", "text.keras"]


def test_wrong_name(to_tflite, run_folder, tmp_path):
    shutil.copy(run_folder / "generators" / "generator_0004.keras", tmp_path / "generator_0032.keras")
    check_refused(to_tflite(tmp_path, "--out", tmp_path / "exported"), "generator_0032.keras", "4x4")
    assert files(tmp_path) == ["generator_0032.keras"]


def test_out_not_writable(to_tflite, run_folder, tmp_path):
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "exported"):
        check_refused(to_tflite(run_folder, "--out", out), f"{out}: cannot be written (", "; choose another")
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize("full", ["out", "temporary"])
def test_a_full_disk_is_named(to_tflite, run_folder, tmp_path, monkeypatch, full):
    """That of the folder, or that for temporary files, for which --out cannot help it."""
    write = Path.write_bytes

    def write_bytes(path, content):
        if (path.parent.parent == tmp_path / "out") == (full == "out"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    options = ("--resolutions", "4", "--quantize", "float32")
    _, _, err = to_tflite(run_folder, "--out", tmp_path / "out", *options)
    named = re.escape(str(tmp_path)) + {"out": "/out", "temporary": r"/tmp\w+/generator_0004_float32\.tflite"}[full]
    reason = r"cannot be written \(No space left on device\); make room, or choose another; nothing was written"
    assert re.fullmatch(f"error: {named}: {reason}\n", err)
    assert files(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_out_without_permission(to_tflite, run_folder, tmp_path):
    tmp_path.chmod(0o500)
    check_refused(to_tflite(run_folder, "--out", tmp_path), str(tmp_path), "Permission denied")


def test_gate_failure_keeps_the_last_export(to_tflite, make_generator, tmp_path):
    """A generator that diverged after an export: the old files stay, nothing new appears."""
    run, out = tmp_path / "run", tmp_path / "exported"
    run.mkdir()
    generator = make_generator(resolution=4)
    generator.save(run / "generator_0004.keras")
    to_tflite(run, "--out", out, "--quantize", "float32")
    before = {name: (out / name).read_bytes() for name in files(out)}
    generator.get_layer("generator_0004_conv").bias.assign([float("inf")] * 16)
    generator.save(run / "generator_0004.keras")
    check_refused(to_tflite(run, "--out", out), "generator_0004.keras", "not finite numbers", "nothing was written")
    assert {name: (out / name).read_bytes() for name in files(out)} == before


@pytest.fixture(scope="module")
def overflowing(make_generator, tmp_path_factory):
    """A weight above 65504 is finite in float32 and infinite in float16: the gate must see it for real."""
    folder = tmp_path_factory.mktemp("overflowing")
    generator = make_generator(resolution=4)
    kernel = generator.get_layer("generator_0004_conv").kernel
    kernel.assign(1e6 * kernel.numpy())
    generator.save(folder / "generator_0004.keras")
    return folder


def test_a_variant_below_its_bar_is_left_out(to_tflite, overflowing, tmp_path):
    out = tmp_path / "exported"
    status, printed, _ = to_tflite(overflowing, "--out", out, "--quantize", "float32,float16")
    assert status == 0
    assert "generator_0004_float16.tflite" in printed.splitlines()[1]
    assert "not written: PSNR" in printed.splitlines()[1]
    assert not (out / "generator_0004_float16.tflite").exists()
    (model,) = json.loads((out / "manifest.json").read_text())["models"]
    assert model["quantization"] == "float32"


def test_nothing_reaches_its_bar(to_tflite, overflowing, tmp_path):
    status, _, err = to_tflite(overflowing, "--out", tmp_path / "exported", "--quantize", "float16")
    check_refused((status, "", err), "generator_0004_float16", "below the bar of 45 dB", "nothing was written")
    assert files(tmp_path) == []


def test_notes_for_the_manifest(to_tflite, run_folder, tmp_path):
    notes = ("--card", "licence=CC-BY-4.0", "--card", "training_data=my = photos")
    to_tflite(run_folder, "--out", tmp_path, "--resolutions", "4", "--quantize", "float32", *notes)
    card = json.loads((tmp_path / "manifest.json").read_text())["card"]
    assert card == {"licence": "CC-BY-4.0", "training_data": "my = photos"}


def test_what_an_earlier_export_made_goes(to_tflite, run_folder, tmp_path):
    (tmp_path / "generator_0016_float16.tflite").write_text("not ours")
    killed, running = (tmp_path / f".incomplete-{process}-x" for process in (2**30, os.getpid()))
    killed.mkdir()
    running.mkdir()
    to_tflite(run_folder, "--out", tmp_path, "--resolutions", "4,8", "--quantize", "float16")
    (tmp_path / "quality_mine.png").touch()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["models"] += [{"file": name} for name in ("mine", "../mine", "", ".")]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "mine").mkdir()
    to_tflite(run_folder, "--out", tmp_path, "--resolutions", "4", "--quantize", "float32")
    assert (tmp_path / "mine").is_dir()
    assert [name for name in files(tmp_path) if name.endswith(".tflite")] == [
        "generator_0004_float32.tflite",
        "generator_0016_float16.tflite",
    ]
    assert [name for name in files(tmp_path) if name.endswith(".png")] == ["quality_0004.png", "quality_mine.png"]
    assert list(tmp_path.glob(".incomplete-*")) == [running]


def test_without_the_runtime_nothing_begins(to_tflite, run_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("export.costs.find_spec", lambda name: None)
    assert "ai_edge_litert, which measures the models, is missing" in to_tflite(run_folder, "--out", tmp_path)[2]


def test_a_face_whose_name_is_no_utf_8(to_tflite, run_folder, tmp_path):
    (tmp_path / "faces").mkdir()
    np.save(tmp_path / "faces" / "caf\udce9.npy", np.ones((1, 24), np.float32))
    options = ("--resolutions", "4", "--quantize", "float32", "--faces", tmp_path / "faces")
    assert to_tflite(run_folder, "--out", tmp_path / "o", *options)[0] == 0
    assert json.loads((tmp_path / "o" / "manifest.json").read_text())["faces"][0]["name"] == "caf\\udce9"
