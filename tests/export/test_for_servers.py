"""SavedModel and ONNX: the same pictures, for any number of latents at a time, by the runtimes that servers have."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from export import for_servers
from export.for_servers import write_for_servers
from export.gate import Reference, keras_reference
from export.inference_graph import inference_graph
from export.to_tflite import main
from pgkeras.errors import UserError
from pgkeras.truncation import average_features
from tests.export.test_verify import check_refused, verify

onnx = pytest.importorskip("onnx", reason="onnx is not installed (requirements-dev.txt)")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (requirements-dev.txt)")


@pytest.fixture(scope="module")
def generator(make_generator):
    return make_generator(label_size=3)


@pytest.fixture(scope="module")
def reference(generator):
    return keras_reference(generator, "generator", 33, average_features(generator))


@pytest.fixture(scope="module")
def generator_file(generator, tmp_path_factory):
    path = tmp_path_factory.mktemp("generator") / "generator_0016.keras"
    generator.save(path)
    return path


@pytest.fixture(scope="module")
def exported(generator_file, tmp_path_factory):
    return export(generator_file, tmp_path_factory.mktemp("servers") / "exported", hash_seed="0")


def export(generator_file: Path, out: Path, hash_seed: str) -> Path:
    command = [sys.executable, "export/to_tflite.py", generator_file, "--out", out, "--quantize", "float32"]
    command += ["--num-latents", "16", "--also", "saved-model,onnx"]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": hash_seed})
    return out


def given(reference: Reference, number: int) -> dict[str, np.ndarray]:
    return {"latent": reference.latents[:number], "label": reference.labels[:number]}


@pytest.mark.parametrize("number", [1, 7, 33])
def test_onnxruntime_draws_kerass_images(exported, reference, number):
    session = onnxruntime.InferenceSession(exported / "generator_0016.onnx", providers=["CPUExecutionProvider"])
    assert [(each.name, each.shape, each.type) for each in session.get_inputs()] == [
        ("latent", ["batch", 24], "tensor(float)"),
        ("label", ["batch", 3], "tensor(float)"),
    ]
    (images,) = session.run(["image"], given(reference, number))
    assert images.dtype == np.uint8
    np.testing.assert_allclose(images, reference.images[:number].astype(float), atol=1)


@pytest.mark.parametrize("number", [1, 7])
def test_onnx_takes_a_truncation_that_may_be_left_out(exported, reference, number):
    session = onnxruntime.InferenceSession(exported / "generator_0016.onnx", providers=["CPUExecutionProvider"])
    halves = np.full((number, 1), 0.5, np.float32)
    (images,) = session.run(["image"], given(reference, number) | {"truncation": halves})
    np.testing.assert_allclose(images, reference.truncated[:number].astype(float), atol=1)
    (one_for_all,) = session.run(["image"], given(reference, number) | {"truncation": halves[:1]})
    np.testing.assert_array_equal(one_for_all, images)


def test_tensorflow_serving_takes_one_by_a_signature_of_the_same_weights(exported, reference):
    folder = exported / "generator_0016_saved_model" / "1"
    serve = tf.saved_model.load(folder).signatures["truncated"]
    values = given(reference, 7) | {"truncation": np.full((7, 1), 0.5, np.float32)}
    images = serve(**{name: tf.constant(value) for name, value in values.items()})["image"]
    np.testing.assert_allclose(images, reference.truncated[:7].astype(float), atol=1)
    assert (folder / "saved_model.pb").stat().st_size < 1.6 * (exported / "generator_0016.onnx").stat().st_size


@pytest.mark.parametrize("number", [1, 7])
def test_tensorflow_serving_finds_a_version_with_its_signature(exported, reference, number):
    serve = tf.saved_model.load(exported / "generator_0016_saved_model" / "1").signatures["serving_default"]
    images = serve(**{name: tf.constant(value) for name, value in given(reference, number).items()})["image"]
    np.testing.assert_allclose(images, reference.images[:number].astype(float), atol=1)


def test_the_onnx_file_is_standard(exported):
    model = onnx.load(exported / "generator_0016.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert {(each.domain, each.version) for each in model.opset_import if each.domain == ""} == {("", 17)}
    assert {node.domain for node in model.graph.node} == {""}
    modes = {each.s for node in model.graph.node for each in node.attribute if each.name.startswith("coordinate")}
    assert modes == {b"asymmetric"}


def test_the_manifest_describes_them(exported):
    manifest = json.loads((exported / "manifest.json").read_text())
    saved_model, onnx_model = manifest["servers"]
    assert (saved_model["format"], saved_model["file"]) == ("saved-model", "generator_0016_saved_model")
    assert (onnx_model["format"], onnx_model["file"]) == ("onnx", "generator_0016.onnx")
    for served in (saved_model, onnx_model):
        assert [each["shape"] for each in served["inputs"]] == [[-1, 24], [-1, 3]]
        assert served["difference"] <= served["tolerance"] == 1
        for name, digest in served["sha256"].items():
            assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest
    assert "generator_0016_saved_model/1/saved_model.pb" in saved_model["sha256"]


def test_exporting_twice_gives_the_same_bytes(exported, generator_file, tmp_path):
    """Hashes are seeded otherwise: tf2onnx orders nodes by them."""
    again = export(generator_file, tmp_path / "again", hash_seed="7")
    assert (again / "manifest.json").read_text() == (exported / "manifest.json").read_text()


def test_the_receiver_verifies_them(exported):
    status, out, err = verify(exported)
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[1:3] == [
        "generator_0016_saved_model intact",
        "generator_0016.onnx intact, draws its 3 goldens to the pixel",
    ]


@pytest.mark.parametrize("name", ["generator_0016.onnx", "generator_0016_saved_model/1/saved_model.pb"])
def test_the_receiver_refuses_what_is_damaged_or_missing(exported, tmp_path, name):
    copy = shutil.copytree(exported, tmp_path / "copy")
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    check_refused(copy, name, "SHA-256 is")
    (copy / name).unlink()
    check_refused(copy, name, "is missing")


def test_an_older_folder_is_replaced(exported, generator_file, tmp_path):
    out = shutil.copytree(exported, tmp_path / "exported")
    (out / "generator_0016_saved_model" / "1" / "stale").touch()
    options = ["--out", out, "--quantize", "float32", "--num-latents", "16", "--also", "saved-model"]
    main([str(generator_file), *map(str, options)], standalone_mode=False)
    assert not (out / "generator_0016_saved_model" / "1" / "stale").exists()


@pytest.mark.parametrize("server_format", ["saved-model", "onnx"])
def test_a_model_that_draws_something_else_is_refused(make_generator, reference, tmp_path, server_format):
    other = make_generator(label_size=3, generator_activation="relu")
    graph = inference_graph(other, None, average_features(other))
    with pytest.raises(UserError, match="grey levels off Keras's; leave it out of `also`"):
        write_for_servers(graph, reference, server_format, tmp_path, "other")


def test_no_more_than_a_batch_of_its_images_is_held(monkeypatch, tmp_path):
    """Of 64, all black but for a pixel of the last, one grey level off."""
    reference = Reference(np.arange(64, dtype=np.float32)[:, None], None, np.zeros((64, 64, 64, 3), np.uint8))

    def run(given):
        images = np.zeros((len(given["latent"]), 64, 64, 3), np.uint8)
        images[given["latent"][:, 0] == 63, 5, 6, 1] = 1
        return images

    monkeypatch.setitem(for_servers._WRITERS, "onnx", lambda *_: (tmp_path, run))
    tracemalloc.start()
    model = write_for_servers(None, reference, "onnx", tmp_path, "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < reference.images.nbytes
    assert (model.difference, model.images.shape) == (1, (8, 64, 64, 3))


def test_a_missing_package(monkeypatch, to_tflite, generator_file, tmp_path):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    status, _, err = to_tflite(generator_file, "--out", tmp_path / "out", "--also", "onnx")
    assert (status, err.count("\n")) == (2, 1)
    assert "--also onnx: tf2onnx is missing; pip install 'pgkeras[onnx]'" in err
    assert not (tmp_path / "out").exists()


def test_an_unknown_format(to_tflite, generator_file, tmp_path):
    status, _, err = to_tflite(generator_file, "--out", tmp_path / "out", "--also", "coreml")
    assert (status, err) == (2, "error: --also coreml: 'coreml' is unknown; choose from saved-model, onnx\n")
