"""int8, dynamic-range int8, galleries: what is in the files, and what they draw."""

import dataclasses

import numpy as np
import pytest
from tensorflow.lite.python import schema_py_generated as schema

from export.contract import GALLERY, TRUNCATED
from export.convert import NO_OTHERS, convert
from export.dynamic import DynamicConverter
from export.gate import keras_reference, pass_gate
from export.inference_graph import inference_graph
from export.int8 import Int8Converter, _calibration_seeds, _inputs
from export.interpreter import interpret
from export.options import Bars
from export.variant import Source, make_variant
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.sampling import sample_latents
from pgkeras.truncation import average_features, truncate


@pytest.fixture(scope="module")
def generator(make_generator):
    return make_generator(resolution=8, fmap_max=32)


@pytest.fixture(scope="module")
def graph(generator):
    return inference_graph(generator)


@pytest.fixture(scope="module")
def gallery_graph(generator):
    return inference_graph(generator, 3)


@pytest.fixture(scope="module")
def reference(generator):
    return keras_reference(generator, "x", 16)


@pytest.fixture(scope="module")
def float32(graph):
    return convert(graph, "float32", "x")


@pytest.fixture(scope="module")
def dynamic(graph):
    return DynamicConverter(graph, "x")


@pytest.fixture(scope="module")
def int8(graph):
    return Int8Converter(graph, "x")


@pytest.fixture(scope="module")
def gallery_int8(graph, gallery_graph):
    return Int8Converter(graph, "x", {GALLERY: gallery_graph})


@pytest.fixture(scope="module")
def gallery_dynamic(graph, gallery_graph):
    return DynamicConverter(graph, "x", {GALLERY: gallery_graph})


@pytest.fixture(scope="module")
def convert_with_gallery(graph, gallery_graph, gallery_int8, gallery_dynamic):
    def make(quantization: str) -> bytes:
        converters = {"dynamic": gallery_dynamic, "int8": gallery_int8}
        if quantization in converters:
            return converters[quantization].convert()
        return convert(graph, quantization, "x", {GALLERY: gallery_graph})

    return make


@pytest.fixture(scope="module")
def layers(int8):
    return int8.layers_by_error()


@pytest.fixture(scope="module")
def variants(make_source):
    """Each kind, made once."""
    return {kind: make_variant(make_source(Bars()), kind, "x") for kind in ("float32", "float16", "dynamic", "int8")}


@pytest.fixture(scope="module")
def make_source(graph, reference):
    def make(bars: Bars, others=NO_OTHERS, gallery: int = 0) -> Source:
        return Source(graph, others, gallery, reference, bars, finish=lambda model, file: model)

    return make


def convolutions(model: bytes) -> list[tuple[int, int]]:
    """Types of the feature map and the filter of each convolution, of all signatures."""
    content, found = schema.Model.GetRootAs(model), []
    for graph in map(content.Subgraphs, range(content.SubgraphsLength())):
        for operator in map(graph.Operators, range(graph.OperatorsLength())):
            code = content.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
            if code == schema.BuiltinOperator.CONV_2D:
                found.append(tuple(graph.Tensors(operator.Inputs(index)).Type() for index in (0, 1)))
    return found


def constants(model: bytes) -> int:
    """Bytes of all weights and other constants."""
    content = schema.Model.GetRootAs(model)
    return sum(content.Buffers(index).DataLength() for index in range(content.BuffersLength()))


FLOAT32, INT8 = schema.TensorType.FLOAT32, schema.TensorType.INT8


def test_int8_computes_in_int8(int8):
    """But for the last layer, whose input is in float anyway."""
    assert convolutions(int8.convert()) == [(INT8, INT8)] * 3 + [(FLOAT32, FLOAT32)]


def test_dynamic_stores_int8(dynamic):
    """But for the last layer, whose 96 weights the converter leaves alone."""
    assert convolutions(dynamic.convert()) == [(FLOAT32, INT8)] * 3 + [(FLOAT32, FLOAT32)]


def test_the_contract_stays_float_in_and_pixels_out(int8, reference):
    images = interpret(int8.convert(), reference.latents)
    assert (images.dtype, images.shape) == (np.uint8, (16, 8, 8, 3))


@pytest.mark.parametrize("quantization", ["dynamic", "int8"])
def test_quantized_images_are_keras_s(variants, quantization):
    variant = variants[quantization]
    assert variant.passed.reason is None
    assert 35 < variant.passed.fidelity.psnr < 70
    assert variant.float_layers == ()


def test_int8_is_a_quarter_of_the_size(make_generator):
    graph = inference_graph(make_generator(resolution=4, fmap_max=256, latent_size=256))
    size = len(convert(graph, "float32", "x"))
    assert len(convert(graph, "dynamic", "x")) < 0.26 * size
    assert len(Int8Converter(graph, "x").convert()) < 0.26 * size


def test_quantization_is_deterministic(dynamic, int8, variants):
    assert variants["dynamic"].model == dynamic.convert()
    assert variants["int8"].model == int8.convert()


def test_layers_that_hurt_stay_in_float(int8, layers):
    assert len(layers) == 4
    assert convolutions(int8.convert(layers)) == [(FLOAT32, FLOAT32)] * 4
    assert convolutions(int8.convert([layers[0]])).count((FLOAT32, FLOAT32)) == 2


@pytest.mark.parametrize("quantization", ["dynamic", "int8"])
def test_a_variant_is_saved_by_float_layers(make_source, variants, quantization):
    alone = variants[quantization].passed.fidelity.psnr
    saved = make_variant(make_source(Bars(int8=alone + 0.1)), quantization, "x")
    assert saved.passed.reason is None
    assert 1 <= len(saved.float_layers) <= 2


@pytest.mark.parametrize("quantization", ["dynamic", "int8"])
def test_a_variant_that_nothing_saves(make_source, quantization):
    lost = make_variant(make_source(Bars(int8=90)), quantization, "x")
    assert "below the bar of 90 dB" in lost.passed.reason


def test_dynamic_layers_that_stay_in_float(dynamic, float32, layers, reference):
    alone, kept = dynamic.convert(), dynamic.convert(layers)
    assert convolutions(kept) == [(FLOAT32, FLOAT32)] * 4
    assert len(kept) < 1.1 * len(float32), "no weights are there twice"
    np.testing.assert_array_equal(interpret(kept, reference.latents), interpret(float32, reference.latents))
    convolution = next(layer for layer in layers if "0004_conv" in layer)
    assert convolutions(dynamic.convert([convolution]))[:2] == [(FLOAT32, FLOAT32), (FLOAT32, INT8)]
    assert dynamic.convert() == alone


@pytest.mark.parametrize("quantization", ["float32", "float16", "dynamic", "int8"])
def test_gallery_draws_the_same_pictures(
    make_source, gallery_graph, convert_with_gallery, variants, reference, quantization
):
    variant = make_variant(make_source(Bars(), {GALLERY: gallery_graph}, 3), quantization, "x")
    single = variants[quantization]
    np.testing.assert_array_equal(variant.passed.images, single.passed.images)
    drawn = interpret(variant.model, reference.latents[:15], None, GALLERY, 3)
    np.testing.assert_allclose(drawn.astype(int), interpret(single.model, reference.latents[:15]), atol=4)
    assert len(variant.model) < 1.6 * len(single.model), "the weights are there once"
    assert convert_with_gallery(quantization) == variant.model


def test_float_layers_are_the_gallery_s_too(gallery_int8, gallery_dynamic, float32):
    layers = gallery_int8.layers_by_error()
    assert convolutions(gallery_int8.convert(layers)) == [(FLOAT32, FLOAT32)] * 8
    kept = gallery_dynamic.convert(layers)
    assert convolutions(kept) == [(FLOAT32, FLOAT32)] * 8
    assert len(kept) < 1.6 * len(float32), "the weights are there once"


@pytest.fixture(scope="module")
def truncated_source(generator, graph):
    averages = average_features(generator)
    others = {TRUNCATED: inference_graph(generator, 1, averages)}
    reference = keras_reference(generator, "x", 16, averages)
    return Source(graph, others, 0, reference, Bars(), finish=lambda model, file: model)


@pytest.fixture(scope="module", params=["float32", "float16", "dynamic", "int8"])
def truncated(truncated_source, request):
    return request.param, make_variant(truncated_source, request.param, "x")


def test_truncated_pictures_are_generate_s(truncated, generator, reference):
    quantization, variant = truncated
    for psi in (0.0, 0.3, 0.9):
        expected = to_uint8(sample_latents(truncate(generator, psi), reference.latents))
        images = interpret(variant.model, reference.latents, None, TRUNCATED, truncation=psi)
        difference = np.abs(images.astype(int) - expected)
        assert difference.max() <= {"float32": 1, "float16": 2}.get(quantization, 16)
        assert difference.mean() < 1.5


def test_a_models_first_images_alone_are_kept(truncated):
    _, variant = truncated
    for kept in (variant.passed.images, variant.passed.truncated):
        assert kept.shape == (8, 8, 8, 3)
        assert kept.base is None, "a view would keep all"


def test_nothing_truncated_is_the_default_picture(truncated, variants, reference):
    quantization, variant = truncated
    np.testing.assert_array_equal(variant.passed.images, variants[quantization].passed.images)
    whole = interpret(variant.model, reference.latents, None, TRUNCATED, truncation=1)
    np.testing.assert_array_equal(whole, interpret(variant.model, reference.latents))


def test_truncation_adds_no_weights(truncated, variants):
    quantization, variant = truncated
    averages = 4 * 4 * 32 * 4
    assert constants(variant.model) < constants(variants[quantization].model) + averages + 1000
    assert convolutions(variant.model) == 2 * convolutions(variants[quantization].model)
    assert variant.passed.truncated_fidelity.psnr is None or variant.passed.truncated_fidelity.psnr > 35


def test_a_truncation_that_keras_does_not_draw(truncated_source, truncated):
    quantization, variant = truncated
    wrong = dataclasses.replace(truncated_source.reference, truncated=truncated_source.reference.images)
    if quantization == "float32":
        with pytest.raises(UserError, match=r"its image at truncation 0\.5 is \d+ grey levels off Keras's"):
            pass_gate(variant.model, wrong, quantization, "x")
    else:
        assert "dB at truncation 0.5 is below the bar" in pass_gate(variant.model, wrong, quantization, "x").reason


def test_truncation_towards_the_average_of_the_class(make_generator):
    generator = make_generator(resolution=4, label_size=3)
    averages = average_features(generator)
    others = {TRUNCATED: inference_graph(generator, 1, averages)}
    reference = keras_reference(generator, "x", 9, averages)
    for model in (
        convert(inference_graph(generator), "float32", "x", others),
        Int8Converter(inference_graph(generator), "x", others).convert(),
    ):
        average = interpret(model, reference.latents, reference.labels, TRUNCATED, truncation=0)
        expected = to_uint8(sample_latents(truncate(generator, 0), reference.latents, reference.labels))
        np.testing.assert_allclose(average.astype(int), expected, atol=8)
        assert np.abs(average[0].astype(int) - average[1]).max() > 8, "another class, another average"
        np.testing.assert_array_equal(average[0], average[3])


def test_too_few_latents_for_the_gallery(float32, reference):
    with pytest.raises(UserError, match="16 latents do not fill a gallery of 20; give more `num_latents`"):
        pass_gate(float32, reference, "float32", "x", gallery=20)


def test_labels_are_calibrated_in_turn(make_generator):
    generator = make_generator(resolution=4, label_size=3)
    reference = keras_reference(generator, "x", 9)
    converter = Int8Converter(inference_graph(generator), "x", {GALLERY: inference_graph(generator, 2)})
    assert len(converter.layers_by_error()) == 2
    assert pass_gate(converter.convert(), reference, "int8", "x", gallery=2).fidelity.psnr > 30


def test_every_class_is_calibrated(make_generator):
    """Of 40 each has one latent; without classes there are 32."""
    generator = make_generator(resolution=4, label_size=40)
    graph = inference_graph(generator)
    given = list(_inputs(graph, _calibration_seeds(graph)))
    assert len(given) == 40
    assert {int(each["label"].argmax()) for each in given} == set(range(40))
    assert len(_calibration_seeds(inference_graph(make_generator(resolution=4)))) == 32
