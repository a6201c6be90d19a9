"""Which models go into the app and the web page, and which folders are refused."""

import json
import shutil

import pytest

from export.contract import MANIFEST
from export.exported_folder import read_exported
from pgkeras import UserError
from tests.export.conftest import CONTRADICTIONS, DAMAGED_FACES


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def test_one_model_of_each_resolution_float16_first(exported):
    bundle = read_exported(exported)
    assert [path.name for path in bundle.models] == [f"generator_{side:04}_float16.tflite" for side in (4, 8, 16)]
    assert [model["file"] for model in bundle.manifest["models"]] == [path.name for path in bundle.models]
    assert bundle.manifest["latents"] == json.loads((exported / MANIFEST).read_text())["latents"]


def test_float32_where_there_is_no_float16(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["models"] = [model for model in manifest["models"] if model["quantization"] == "float32"]
    (copy / MANIFEST).write_text(json.dumps(manifest))
    assert read_exported(copy).models[0].name == "generator_0004_float32.tflite"


def check_refused(folder, *words):
    with pytest.raises(UserError) as error:
        read_exported(folder)
    for word in words:
        assert word in str(error.value)


def test_no_manifest(tmp_path):
    check_refused(tmp_path, "manifest.json", "pgkeras export")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format_version": 1}', '{"format_version": 1, "models": [3]}'])
def test_no_real_manifest(copy, text):
    (copy / MANIFEST).write_text(text)
    check_refused(copy, "manifest.json", "not a manifest")


@pytest.mark.parametrize("place", ["manifest", "model"])
def test_what_a_reader_needs_is_there(copy, place):
    manifest = json.loads((copy / MANIFEST).read_text())
    del (manifest if place == "manifest" else manifest["models"][0])["name" if place == "manifest" else "goldens"]
    (copy / MANIFEST).write_text(json.dumps(manifest))
    check_refused(copy, "manifest.json", "KeyError")


def test_no_models(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"models": []}))
    check_refused(copy, "no model")


def test_later_version(copy):
    (copy / MANIFEST).write_text('{"format_version": 2}')
    check_refused(copy, "format_version 2")


@pytest.mark.parametrize("face", DAMAGED_FACES, ids=str)
def test_damaged_faces(copy, face):
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {"faces": [face]}))
    check_refused(copy, "manifest.json", "pgkeras export")


@pytest.mark.parametrize(("contradiction", "words"), CONTRADICTIONS, ids=str)
def test_a_manifest_that_contradicts_its_models(copy, contradiction, words):
    manifest = json.loads((copy / MANIFEST).read_text())
    models = [model | contradiction for model in manifest["models"]]
    (copy / MANIFEST).write_text(json.dumps(manifest | {"models": models, "faces": []}))
    check_refused(copy, "generator_0004", words, "pgkeras export")


def test_a_manifest_from_before_faces(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    del manifest["faces"]
    (copy / MANIFEST).write_text(json.dumps(manifest))
    assert read_exported(copy).manifest["faces"] == []


def test_missing_model(copy):
    (copy / "generator_0008_float16.tflite").unlink()
    check_refused(copy, "generator_0008_float16.tflite", "missing")


def test_damaged_model(copy):
    model = copy / "generator_0008_float16.tflite"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    check_refused(copy, model.name, "damaged")
