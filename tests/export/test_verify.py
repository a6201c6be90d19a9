"""The receiver's check, as it runs where there is neither TensorFlow nor Keras."""

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from export.to_tflite import main
from export.verify import RefusalError
from export.verify import verify as iter_models
from tests.export.conftest import CONTRADICTIONS, DAMAGED_FACES

PROGRAM = Path(__file__).parents[2] / "export" / "verify.py"
# Refuses what the receiver does not have, and runs the program at its path.
WITHOUT = """
import runpy, sys
class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras", "pgkeras", "pydantic", "click"):
            raise ImportError(f"{name} is forbidden")
sys.meta_path.insert(0, Forbid())
sys.argv = ["verify.py", *sys.argv[2:]]
sys.path[0] = ""
"""
AS_A_PROGRAM = WITHOUT + f"runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
AS_A_MODULE = WITHOUT + "import export.verify; export.verify.main()"


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def verify(folder: Path, program: str = AS_A_PROGRAM) -> tuple[int, str, str]:
    command = [sys.executable, "-c", program, "verify.py", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROGRAM.parents[1])
    return done.returncode, done.stdout, done.stderr


def check_refused(folder: Path, *words: str) -> None:
    status, _, err = verify(folder)
    (line,) = err.splitlines()
    assert (status, line[:7]) == (2, "error: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize("program", [AS_A_PROGRAM, AS_A_MODULE], ids=["program", "module"])
def test_an_intact_folder(exported, program):
    status, out, err = verify(exported, program)
    assert (status, err) == (0, "")
    *models, summary = out.splitlines()
    assert len(models) == 12
    assert all("intact, draws its 3 goldens" in line for line in models)
    assert summary == f"verified 12 models in {exported}"


def test_a_conditional_model(make_generator, tmp_path):
    make_generator(resolution=4, label_size=3).save(tmp_path / "generator_0004.keras")
    main(
        [str(tmp_path), "--out", str(tmp_path / "o"), "--quantize", "float32,int8", "--num-latents", "4"],
        standalone_mode=False,
    )
    status, out, _ = verify(tmp_path / "o")
    assert (status, len(out.splitlines())) == (0, 3)


def change(folder: Path, edit) -> dict:
    manifest = json.loads((folder / "manifest.json").read_text())
    edit(manifest["models"][0])
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def test_a_manifest_from_before_truncation(copy):
    def edit(model):
        del model["truncation"]
        for golden in model["goldens"]:
            del golden["truncation"]

    change(copy, edit)
    status, out, _ = verify(copy)
    assert status == 0
    assert "intact, draws its 2 goldens" in out.splitlines()[0]


@pytest.mark.parametrize("face", DAMAGED_FACES, ids=str)
def test_damaged_faces(copy, face):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"faces": [face]}))
    check_refused(copy, "manifest.json")


@pytest.mark.parametrize(("contradiction", "words"), CONTRADICTIONS, ids=str)
def test_a_manifest_that_contradicts_its_models(copy, contradiction, words):
    manifest = json.loads((copy / "manifest.json").read_text())
    models = [model | contradiction for model in manifest["models"]]
    (copy / "manifest.json").write_text(json.dumps(manifest | {"models": models, "faces": []}))
    check_refused(copy, "generator_0004", words)


def test_two_faces_of_one_name(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"faces": 2 * manifest["faces"]}))
    check_refused(copy, "manifest.json", "'me'")


def test_another_truncation_than_the_goldens(copy):
    change(copy, lambda model: model["truncation"]["goldens"][0].update(truncation=1.0))
    check_refused(copy, "generator_0004_float32.tflite", "seed 0", "grey levels off")


def test_a_signature_that_is_not_there(copy):
    change(copy, lambda model: model["truncation"].update(signature="absent"))
    check_refused(copy, "generator_0004_float32.tflite", "does not open")


def test_a_tampered_model(copy):
    path = copy / "generator_0004_float32.tflite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    check_refused(copy, path.name, "SHA-256")


def test_a_missing_file(copy):
    (copy / "generator_0016_int8.tflite").unlink()
    check_refused(copy, "generator_0016_int8.tflite", "missing")


def test_a_wrong_digest(copy):
    change(copy, lambda model: model.update(sha256="0" * 64))
    check_refused(copy, "generator_0004_float32.tflite", "SHA-256", "000000000000")


def test_pixels_that_another_machine_rounds(copy):
    """Another digest, but the thumbnail agrees."""
    change(copy, lambda model: model["goldens"][1].update(pixels_sha256="0" * 64))
    status, out, _ = verify(copy)
    assert status == 0
    assert "within the tolerance" in out.splitlines()[0]


def test_another_model_under_a_right_digest(copy):
    """Tampered in both places: the goldens still tell."""
    other = json.loads((copy / "manifest.json").read_text())["models"][0]["goldens"][0]

    def swap(model):
        model["goldens"][0]["pixels_sha256"] = "0" * 64
        model["goldens"][0]["thumbnail"] = list(255 - np.array(other["thumbnail"]))

    change(copy, swap)
    check_refused(copy, "generator_0004_float32.tflite", "seed 0", "grey levels off", "1 are allowed")


def test_latents_that_the_seed_does_not_give(copy):
    change(copy, lambda model: model["goldens"][0]["latent"].reverse())
    check_refused(copy, "seed 0", "another latent")


@pytest.mark.parametrize(
    "damage",
    [
        {"inputs": []},
        {"labels": ["cat", "dog"], "goldens": [{"label": 7}]},
        {"goldens": [{"thumbnail_side": 0, "pixels_sha256": ""}]},
        {"truncation": {"signature": "truncated", "goldens": []}},
    ],
    ids=["no inputs", "a label out of range", "no blocks", "no truncation input"],
)
def test_damaged_values(copy, damage):
    """Types are right, lengths and ranges are not."""

    def edit(model):
        goldens = [model["goldens"][0] | golden for golden in damage.get("goldens", [])]
        model.update(damage | {"goldens": goldens or model["goldens"]})

    change(copy, edit)
    check_refused(copy, "manifest.json", "is not a manifest")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format_version": 2}',
        '{"format_version": 1, "models": [3]}',
        '{"models": []}',
        "[" * 10**5,
    ],
)
def test_no_real_manifest(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    check_refused(tmp_path, "manifest.json")


def test_a_model_that_cannot_be_read(exported, monkeypatch):
    """As on a failing disk; the error names the model, not the manifest."""

    def fail(path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(RefusalError, match=r"\.tflite: cannot be read \(Input/output error\)"):
        next(iter_models(exported))


def test_no_folder(tmp_path):
    check_refused(tmp_path / "absent", "absent", "cannot be read")


def test_a_file_outside_the_folder(copy):
    change(copy, lambda model: model.update(file="../generator_0004_float32.tflite"))
    check_refused(copy, "missing")
