"""Generators with labels, and the other networks, through the same export."""

import json

import numpy as np
import pytest

from export.convert import convert
from export.inference_graph import inference_graph
from export.interpreter import interpret
from export.to_tflite import main
from pgkeras import UserError
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.presets import dcgan, table_1
from pgkeras.sampling import sample_latents

NAMES = ["cat", "dog", "bird"]


@pytest.fixture(scope="module")
def generator(make_generator):
    return make_generator(resolution=8, label_size=3)


@pytest.fixture(scope="module")
def source(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("conditional")
    generator.save(folder / "generator_0008.keras")
    (folder / "labels.txt").write_text("cat\ndog\nbird\n")
    return folder


@pytest.fixture(scope="module")
def exported(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("exported")
    main([str(source), "--out", str(out), "--num-latents", "8"], standalone_mode=False)
    return out


def test_the_model_draws_the_class_of_its_label(generator, exported):
    latents, labels = latents_from_seeds(range(3), 24), one_hot(np.array([2, 0, 1]), 3)
    images = interpret((exported / "generator_0008_float32.tflite").read_bytes(), latents, labels)
    expected = to_uint8(sample_latents(generator, latents, labels))
    assert np.abs(images.astype(int) - expected).max() <= 1
    others = to_uint8(sample_latents(generator, latents, labels[::-1]))
    assert np.abs(images.astype(int) - others).max() > 5


def test_the_manifest_names_the_classes_and_the_goldens_labels(exported):
    model = json.loads((exported / "manifest.json").read_text())["models"][0]
    assert model["labels"] == NAMES
    assert [each["name"] for each in model["inputs"]] == ["latent", "label"]
    assert model["inputs"][1]["shape"] == [1, 3]
    assert [(golden["seed"], golden["label"]) for golden in model["goldens"]] == [(0, 0), (1, 1)]


def test_without_labels_txt_classes_are_numbers(source, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "generator_0008.keras").write_bytes((source / "generator_0008.keras").read_bytes())
    main(
        [str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--quantize", "float32", "--num-latents", "4"],
        standalone_mode=False,
    )
    model = json.loads((tmp_path / "out" / "manifest.json").read_text())["models"][0]
    assert model["labels"] == ["0", "1", "2"]


def test_labels_txt_of_another_length_is_refused(source, tmp_path):
    (tmp_path / "generator_0008.keras").write_bytes((source / "generator_0008.keras").read_bytes())
    (tmp_path / "labels.txt").write_text("cat\n")
    with pytest.raises(UserError, match=r"labels.txt: names 1 classes, but generator_0008.keras has 3"):
        main([str(tmp_path), "--out", str(tmp_path / "out")], standalone_mode=False)


def test_metadata_describe_the_label(exported):
    described = (exported / "generator_0008_float32.tflite").read_bytes()
    assert b"1 for the class to draw, 0 for the 2 others." in described


@pytest.mark.parametrize("config", [dcgan(), table_1("a")], ids=["dcgan", "table-1-a"])
def test_networks_with_batch_normalization_agree_with_keras(make_generator, config):
    """Moving averages that are not 0 and 1 are folded into the graph."""
    options = config.model_dump() | {"resolution": 8, "fmap_max": 16, "fmap_base": 64}
    generator = make_generator(**options)
    random = np.random.default_rng(1)
    for variable in generator.non_trainable_variables:
        variable.assign(random.uniform(0.5, 1.5, variable.shape))
    latents = latents_from_seeds(range(4), generator.inputs[0].shape[-1])
    images = interpret(convert(inference_graph(generator), "float32", "x"), latents)
    assert np.abs(images.astype(int) - to_uint8(sample_latents(generator, latents))).max() <= 1
