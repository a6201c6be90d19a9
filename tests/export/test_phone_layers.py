"""Pixel normalization as GPUs compute it, in float16, against the paper's; convolutions fused with upsampling."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.lite.tools import flatbuffer_utils

from export.convert import convert
from export.gate import keras_reference, pass_gate
from export.inference_graph import inference_graph
from export.int8 import Int8Converter
from export.phone_layers import Features, run_for_phones
from pgkeras.layers import EqualizedConv2D, FusedConv2D, PixelNormalization

PAPER = PixelNormalization()


def on_phone(layer: keras.Layer, features: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(run_for_phones(layer, Features(tf.constant(features))).value)


def in_float16(features: np.ndarray) -> np.ndarray:
    """The graph's operators one by one, each result rounded to float16, and what is below its normal numbers zero."""

    def half(numbers) -> np.ndarray:
        rounded = np.float32(np.float16(numbers))
        return np.where(np.abs(rounded) < 2.0**-14, 0, rounded)

    channels = features.shape[-1]
    scale = 2.0 ** (2 - np.floor(np.log2(channels) / 2))
    scaled = half(features * scale)
    squares = half(scaled**2)
    total = np.zeros((*features.shape[:-1], 1), np.float32)
    for channel in range(channels):
        total = half(total + squares[..., channel : channel + 1])
    root = half(1 / np.sqrt(half(total + 2.0**-14)))
    return half(scaled * half(root * half(np.sqrt(channels))))


@pytest.mark.parametrize("channels", [3, 16, 24, 64, 128, 512])
@pytest.mark.parametrize("size", [0.25, 1.0, 20.0])
def test_equal_in_float32(channels, size):
    features = size * np.random.default_rng(0).normal(size=(2, 4, 4, channels)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(PAPER(features))
    np.testing.assert_allclose(on_phone(PAPER, features), expected, rtol=5e-4, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 4, 15])
def test_few_features_are_exact_near_zero(channels):
    """Where the paper's epsilon of 1e-8 shows: a float16 GPU's least epsilon would make these pixels dark."""
    sizes = np.float32([0, 1e-7, 1e-5, 1e-4, 1e-3, 1, 1e4])[:, None]
    features = sizes * np.random.default_rng(0).normal(size=(7, channels)).astype(np.float32)
    expected = features / np.sqrt(np.mean(np.float64(features) ** 2, axis=1, keepdims=True) + 1e-8)
    np.testing.assert_allclose(on_phone(PAPER, features), expected, rtol=1e-5)


@pytest.mark.parametrize("channels", [16, 64, 512])
@pytest.mark.parametrize("size", [0.25, 1.0, 40.0])
def test_safe_in_float16(channels, size):
    """The paper's sum of 512 squares of 40 would be 819,200, infinite in float16."""
    features = size * np.random.default_rng(0).normal(size=(4, channels)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(PAPER(features))
    np.testing.assert_allclose(in_float16(features), expected, rtol=0.03, atol=2e-3)


def test_zeros_stay_zeros_in_float16():
    np.testing.assert_array_equal(in_float16(np.zeros((1, 512), np.float32)), 0)


@pytest.fixture(scope="module", params=[False, True], ids=["Table 2", "fused scale"])
def generator(request, make_generator):
    """At 128x128, the least size at which convolutions are fused."""
    return make_generator(resolution=128, fmap_base=1024, fmap_max=64, fused_scale=request.param)


@pytest.fixture(scope="module")
def graph(generator):
    return inference_graph(generator)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("side", [62, 64])
def test_convolution_after_upsampling(kernel_size, padding, side):
    """With the very pixels that are not, or cannot be, fused."""
    convolution = EqualizedConv2D(5, kernel_size, padding=padding)
    small = np.random.default_rng(0).normal(size=(2, side, side, 3)).astype(np.float32)
    expected = convolution(small.repeat(2, axis=1).repeat(2, axis=2))
    doubled = run_for_phones(keras.layers.UpSampling2D(2), Features(tf.constant(small)))
    found = run_for_phones(convolution, doubled).value
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), keras.ops.convert_to_numpy(expected), atol=1e-5)


@pytest.mark.parametrize("side", [16, 62, 64])
def test_a_convolution_that_training_fused_with_upsampling(side):
    """At 128x128 in one convolution, at smaller sizes after a resize."""
    layer = FusedConv2D(5, "up")
    small = np.random.default_rng(0).normal(size=(2, side, side, 3)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(layer(small))
    np.testing.assert_allclose(on_phone(layer, small), expected, atol=1e-5)


def test_fused_into_one_convolution(graph):
    """The only one whose 2x2 kernels make four pixels each, of 16 features; what is before it is never made."""
    content = flatbuffer_utils.convert_bytearray_to_object(convert(graph, "float32", "x"))
    (main,) = content.subgraphs
    names = [flatbuffer_utils.opcode_to_name(content, operator.opcodeIndex) for operator in main.operators]
    kernels = [
        tuple(main.tensors[operator.inputs[1]].shape)
        for name, operator in zip(names, main.operators, strict=True)
        if name == "CONV_2D"
    ]
    assert kernels.count((64, 2, 2, 32)) == 1
    assert names.count("RESIZE_NEAREST_NEIGHBOR") == 4  # to 8, 16, 32, 64
    assert names.count("DEPTH_TO_SPACE") == 1


def test_products_that_are_left(graph):
    """Of a normalization: its root and a constant, features and root. The last has three colours, not 16 features."""
    content = flatbuffer_utils.convert_bytearray_to_object(convert(graph, "float32", "x"))
    (main,) = content.subgraphs
    shapes = [
        tuple(main.tensors[operator.outputs[0]].shape)
        for operator in main.operators
        if flatbuffer_utils.opcode_to_name(content, operator.opcodeIndex) == "MUL"
    ]
    assert len(shapes) == 2 * 13 + 2, "and the latents, and the pixels' range"
    assert shapes.count((1, 128, 128, 16)) == 1
    assert shapes.count((1, 128, 128, 3)) == 2


def test_same_pictures(generator, graph):
    reference = keras_reference(generator, "x", 4)
    assert reference.images.std() > 20
    for quantization in ("float32", "float16"):
        pass_gate(convert(graph, quantization, "x"), reference, quantization, "x")


def test_large_activations_are_int8(graph):
    content = flatbuffer_utils.convert_bytearray_to_object(Int8Converter(graph, "x").convert())
    (main,) = content.subgraphs
    outputs = [
        main.tensors[operator.outputs[0]]
        for operator in main.operators
        if flatbuffer_utils.opcode_to_name(content, operator.opcodeIndex) == "LEAKY_RELU"
    ]
    int8 = flatbuffer_utils.schema_fb.TensorType.INT8
    assert len(outputs) == 12
    assert [output.shape[1] for output in outputs if output.type == int8] == [128, 128]
