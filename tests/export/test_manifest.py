"""manifest.json, verified without the code that wrote it: hashlib, NumPy and the interpreter alone."""

import hashlib
import json
import warnings

import numpy as np
import pytest
import tensorflow as tf

import pgkeras
from export.contract import Manifest
from pgkeras.quiet_tensorflow import quiet_stderr


@pytest.fixture(scope="module")
def manifest(exported):
    return json.loads((exported / "manifest.json").read_text())


def test_head(manifest):
    assert manifest["format_version"] == 1
    assert manifest["pgkeras_version"] == pgkeras.__version__
    assert manifest["name"] == "00000-tests-16"
    assert manifest["latents"] == {
        "distribution": "N(0, 1)",
        "generator": "numpy.random.RandomState(seed).randn: MT19937 + Marsaglia polar",
        "seeds": [0, 4294967295],
    }


def test_lists_faces_with_names_to_the_last_bit(manifest):
    (face,) = manifest["faces"]
    assert face["name"] == "me"
    expected = np.random.RandomState(42).randn(24).astype(np.float32)
    assert (np.array(face["latent"], np.float32) == expected).all()


def test_lists_every_model_in_order(manifest, exported):
    files = [model["file"] for model in manifest["models"]]
    sides, kinds = ("0004", "0008", "0016"), ("float32", "float16", "dynamic", "int8")
    assert files == [f"generator_{side}_{kind}.tflite" for side in sides for kind in kinds]
    card = {"quality.json", "quality.md", *(f"quality_{side}.png" for side in sides)}
    assert {*files, *card, "manifest.json"} == {path.name for path in exported.iterdir()}


def test_describes_each_model(manifest):
    for model in manifest["models"]:
        side = int(model["file"][10:14])
        allowed = {"float32": 1, "float16": 2, "dynamic": 4, "int8": 16}[model["quantization"]]
        assert (model["resolution"], model["channels"], model["latent_size"], model["labels"]) == (side, 3, 24, [])
        assert model["signature"] == "serving_default"
        assert model["inputs"] == [{"name": "latent", "dtype": "float32", "shape": [1, 24], "distribution": "N(0, 1)"}]
        assert model["output"] == {"name": "image", "dtype": "uint8", "shape": [1, side, side, 3], "range": [0, 255]}
        assert model["tolerance"] == allowed
        assert model["difference"] >= 0
        assert model["gallery"] is None
        truncation = model["truncation"]
        assert (truncation["signature"], truncation["range"]) == ("truncated", [0, 1])
        assert (truncation["input"]["name"], truncation["input"]["shape"]) == ("truncation", [1, 1])
        assert truncation["average"].endswith("over the latents of seeds 0 to 1023")
        assert "CONV_2D" in model["operators"]


def test_digests(manifest, exported):
    for model in manifest["models"]:
        content = (exported / model["file"]).read_bytes()
        assert model["bytes"] == len(content)
        assert model["sha256"] == hashlib.sha256(content).hexdigest()


def test_goldens(manifest, exported):
    for model in manifest["models"]:
        with quiet_stderr(), warnings.catch_warnings(action="ignore"):
            interpreter = tf.lite.Interpreter(str(exported / model["file"]))
            interpreter.allocate_tensors()
        (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
        assert [golden["seed"] for golden in model["goldens"]] == [0, 1]
        for golden in model["goldens"]:
            latent = np.array(golden["latent"], np.float32)
            np.testing.assert_array_equal(latent, np.random.RandomState(golden["seed"]).randn(24).astype(np.float32))
            assert latent.tolist() == golden["latent"], "every number is a float32 exactly"
            interpreter.set_tensor(given["index"], latent[None])
            interpreter.invoke()
            image = interpreter.get_tensor(made["index"])[0]
            assert golden["pixels_sha256"] == hashlib.sha256(image.tobytes()).hexdigest()
            assert golden["truncation"] == 1
            check_thumbnail(golden, image)


def test_truncated_goldens(manifest, exported):
    for model in manifest["models"]:
        truncation = model["truncation"]
        with quiet_stderr(), warnings.catch_warnings(action="ignore"):
            interpreter = tf.lite.Interpreter(str(exported / model["file"]))
        draw = interpreter.get_signature_runner(truncation["signature"])
        (golden,) = truncation["goldens"]
        latent = np.float32([golden["latent"]])
        image = draw(latent=latent, **{truncation["input"]["name"]: np.float32([[golden["truncation"]]])})["image"][0]
        assert golden["truncation"] == 0.5
        assert golden["latent"] == model["goldens"][0]["latent"]
        assert golden["pixels_sha256"] == hashlib.sha256(image.tobytes()).hexdigest()
        check_thumbnail(golden, image)


def check_thumbnail(golden: dict, image: np.ndarray) -> None:
    side = golden["thumbnail_side"]
    block = len(image) // side
    assert side == min(8, len(image))
    means = [
        image[row * block : (row + 1) * block, column * block : (column + 1) * block, channel].mean()
        for row in range(side)
        for column in range(side)
        for channel in range(3)
    ]
    np.testing.assert_allclose(golden["thumbnail"], means, atol=0.005 + 1e-9)


def test_reads_back(exported):
    text = (exported / "manifest.json").read_text()
    assert Manifest.model_validate_json(text).to_json() == text


def test_every_field_is_documented(exported):
    def check(record):
        for name in type(record).model_fields:
            assert f"    {name}: " in type(record).__doc__, f"{type(record).__name__}.{name}"

    manifest = Manifest.model_validate_json((exported / "manifest.json").read_text())
    model = manifest.models[0]
    records = (manifest, manifest.latents, model, model.inputs[0], model.output, model.goldens[0], model.truncation)
    for record in records:
        check(record)


def test_says_nothing_of_this_machine(exported, run_folder):
    text = (exported / "manifest.json").read_text()
    assert str(run_folder.parent) not in text
    assert str(exported) not in text
