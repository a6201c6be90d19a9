"""The card: what it says of variants that were written, of those that were not, and of this machine."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from export.contract import TRUNCATED
from export.convert import NO_OTHERS
from export.costs import measure_costs
from export.fidelity import Comparison, compare
from export.gate import keras_reference
from export.inference_graph import inference_graph
from export.interpreter import interpret
from export.options import Bars
from export.quality import Card, Quality, render
from export.variant import Source, make_variant
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.latents import latents_from_seeds
from pgkeras.runs.generators import load_generator
from pgkeras.sampling import sample_latents
from pgkeras.truncation import truncate


@pytest.fixture(scope="module")
def card(exported):
    return json.loads((exported / "quality.json").read_text())


def test_judges_every_variant(card):
    kinds = ("float32", "float16", "dynamic", "int8")
    assert [(each["resolution"], each["quantization"]) for each in card["models"]] == [
        (side, kind) for side in (4, 8, 16) for kind in kinds
    ]
    assert (card["latents"], card["float16_psnr"], card["int8_psnr"], card["threads"]) == (16, 45, 30, 2)


def test_figures_are_those_of_the_files(card, exported, run_folder):
    latents = latents_from_seeds(range(16), 24)
    generator = load_generator(run_folder / "generators" / "generator_0016.keras")
    expected = to_uint8(sample_latents(generator, latents))
    for model in card["models"][-4:]:
        content = (exported / model["file"]).read_bytes()
        fidelity = dataclasses.asdict(Comparison(expected)(interpret(content, latents)))
        assert {name: model[name] for name in fidelity} == fidelity
        assert model["bytes"] == len(content)
        assert model["not_on_gpu"] == ["CAST"]
        assert "CONV_2D" in model["operators"]


def test_truncated_pictures_are_judged(card, exported, run_folder):
    latents = latents_from_seeds(range(16), 24)
    generator = load_generator(run_folder / "generators" / "generator_0016.keras")
    expected = to_uint8(sample_latents(truncate(generator, 0.5), latents))
    for model in card["models"][-4:]:
        images = interpret((exported / model["file"]).read_bytes(), latents, None, TRUNCATED, truncation=0.5)
        assert model["truncates"]
        assert model["truncated_psnr"] == compare(expected, images).psnr
    decibels = f"int8 {card['models'][-1]['truncated_psnr']:.1f}."
    assert decibels in (exported / "quality.md").read_text()


def test_costs(card):
    for model in card["models"]:
        costs = model["costs"]
        assert 0 < costs["latency_ms"] < costs["first_load_ms"] < 60_000
        assert 0 < costs["peak_memory_mb"] < 500


def test_strip_shows_the_same_faces_in_every_variant(card, exported):
    strip = card["strips"][-1]
    assert (strip["file"], strip["rows"]) == ("quality_0016.png", ["Keras", "float32", "float16", "dynamic", "int8"])
    picture = np.asarray(Image.open(exported / "quality_0016.png"))
    factor = picture.shape[0] // (5 * 16)
    assert picture.shape == (5 * 16 * factor, 8 * 16 * factor, 3)
    faces = picture[::factor, ::factor].reshape(5, 16, 8, 16, 3).swapaxes(1, 2)
    drawn = interpret((exported / "generator_0016_int8.tflite").read_bytes(), latents_from_seeds(range(8), 24))
    np.testing.assert_array_equal(faces[4], drawn)
    assert np.abs(faces[0].astype(int) - faces[1]).max() <= 1


def test_page(card, exported):
    page = (exported / "quality.md").read_text()
    assert page == render(Quality.model_validate(card))
    assert page.count("| float16 |") == 3 + 1
    assert "![The same faces by Keras, float32, float16, dynamic, int8](quality_0016.png)" in page
    assert "Warning: the GPU delegate does not support CAST" in page
    assert "not written" not in page
    assert "\n\n\n" not in page


def test_says_why_a_variant_was_not_written(make_generator, tmp_path):
    generator = make_generator(resolution=4)
    bars = Bars(float16=99)
    reference = keras_reference(generator, "x", 8)
    source = Source(inference_graph(generator), NO_OTHERS, 0, reference, bars, finish=lambda model, file: model)
    (tmp_path / "scratch").mkdir()
    card = Card("x", 8, bars, threads=1, scratch=tmp_path / "scratch")
    variants = [(f"x_{kind}", make_variant(source, kind, "x")) for kind in ("float32", "float16")]
    card.add(4, reference, variants)
    quality = card.write(tmp_path)
    assert [model.reason is None for model in quality.models] == [True, False]
    assert "below the bar of 99 dB" in quality.models[1].reason
    page = (tmp_path / "quality.md").read_text()
    assert "| float16 (not written) |" in page
    assert "- **x_float16 was not written:** PSNR" in page
    assert "Truncated" not in page


def test_a_model_that_does_not_run(tmp_path):
    (tmp_path / "x.tflite").write_bytes(b"no model")
    with pytest.raises(UserError, match=r"^the costs of x\.tflite cannot be measured: \w+"):
        measure_costs([tmp_path / "x.tflite"], 1)


def test_every_field_is_documented(exported):
    quality = Quality.model_validate_json((exported / "quality.json").read_text())
    for record in (quality, quality.models[0], quality.models[0].costs, quality.strips[0]):
        for name in type(record).model_fields:
            assert f"    {name}: " in type(record).__doc__, f"{type(record).__name__}.{name}"
