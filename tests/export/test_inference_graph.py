"""The graph's arithmetic against plain NumPy, and what is left in the converted file."""

from collections import Counter

import keras
import numpy as np
import pytest
from tensorflow.lite.tools import flatbuffer_utils

from export.convert import convert
from export.gate import keras_reference, pass_gate
from export.inference_graph import inference_graph
from export.interpreter import interpret
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.latents import latents_from_seeds
from pgkeras.layers import EqualizedDense


def operators(model: bytes) -> Counter:
    content = flatbuffer_utils.convert_bytearray_to_object(model)
    names = [flatbuffer_utils.opcode_to_name(content, index) for index in range(len(content.operatorCodes))]
    return Counter(names[operator.opcodeIndex] for operator in content.subgraphs[0].operators)


def test_pixels_by_hand():
    """Without weights the image is the bias: 0.5, 64.25, 128, 191.75, 255.5 and values beyond both ends, cut down."""
    latents = keras.Input((2,))
    dense = EqualizedDense((2, 2, 3))
    generator = keras.Model(latents, keras.layers.UpSampling2D(2)(dense(latents)))
    dense.kernel.assign(np.zeros((2, 2, 2, 3)))
    dense.bias.assign([-1.0, -0.5, 0.0])
    image = interpret(convert(inference_graph(generator), "float32", "x"), np.ones((1, 2), np.float32))
    np.testing.assert_array_equal(image, np.broadcast_to(np.uint8([0, 64, 128]), (1, 4, 4, 3)))
    dense.bias.assign([0.5, 1.0, 9.0])
    image = interpret(convert(inference_graph(generator), "float32", "x"), np.ones((1, 2), np.float32))
    np.testing.assert_array_equal(image, np.broadcast_to(np.uint8([191, 255, 255]), (1, 4, 4, 3)))


def normalize(x: np.ndarray) -> np.ndarray:
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-8)


def activate(x: np.ndarray) -> np.ndarray:
    return normalize(np.where(x > 0, x, 0.2 * x))


def convolve(x: np.ndarray, layer: keras.Layer) -> np.ndarray:
    kernel = np.float64(keras.ops.convert_to_numpy(layer.kernel))
    side, size = x.shape[0], kernel.shape[0]
    padded = np.pad(x, ((size // 2,) * 2, (size // 2,) * 2, (0, 0)))
    gain = 1 if layer.name.endswith("to_rgb") else np.sqrt(2)
    kernel = kernel * gain / np.sqrt(size * size * kernel.shape[2])
    windows = [padded[i : i + side, j : j + side] @ kernel[i, j] for i in range(size) for j in range(size)]
    return sum(windows) + keras.ops.convert_to_numpy(layer.bias)


def test_network_in_numpy(make_generator):
    """Table 2's network at 8x8, written out in float64, gives the interpreter's pixels but for roundings."""
    generator = make_generator(resolution=8, latent_size=5, fmap_max=6)
    layer = generator.get_layer
    latents = latents_from_seeds(range(8), 5)
    expected = []
    for latent in np.float64(latents):
        kernel = keras.ops.convert_to_numpy(layer("generator_0004_dense").kernel)
        x = np.tensordot(normalize(latent), kernel, axes=1) * np.sqrt(2) / 4 / np.sqrt(5)
        x = activate(x + keras.ops.convert_to_numpy(layer("generator_0004_dense").bias))
        x = activate(convolve(x, layer("generator_0004_conv")))
        x = x.repeat(2, axis=0).repeat(2, axis=1)
        x = activate(convolve(x, layer("generator_0008_conv_0")))
        x = activate(convolve(x, layer("generator_0008_conv_1")))
        expected.append(np.floor(np.clip(convolve(x, layer("generator_0008_to_rgb")) * 127.5 + 128, 0, 255)))
    images = interpret(convert(inference_graph(generator), "float32", "x"), latents)
    difference = np.abs(np.stack(expected) - images)
    assert difference.max() <= 1
    assert np.count_nonzero(difference) <= 15  # of 1,536: where the epsilon for float16 tips a rounding


def test_folded_into_the_operators_that_phones_have(make_generator):
    """One operator for each of 6 convolutions, 6 activations and 2 upsamplings, six for each of 7 normalizations."""
    assert operators(convert(inference_graph(make_generator()), "float32", "x")) == {
        "FULLY_CONNECTED": 1,
        "RESHAPE": 1,
        "CONV_2D": 6,
        # The first layer's bias is one per channel, which a fully connected layer cannot have; the last layer's, and
        # its pixels' range, come after the normalization.
        "ADD": 7 + 1 + 2,
        "LEAKY_RELU": 6,
        **dict.fromkeys(("SQUARE", "SUM", "RSQRT"), 7),
        "MUL": 2 * 7 + 1,
        "RESIZE_NEAREST_NEIGHBOR": 2,
        **dict.fromkeys(("MINIMUM", "RELU", "FLOOR", "CAST"), 1),
    }


@pytest.mark.parametrize("quantization", ["float32", "float16"])
def test_latent_of_zeros(make_generator, quantization):
    """Its normalization divides by the epsilon's root, which must not be zero in float16 either."""
    generator = make_generator(resolution=8)
    zeros = np.zeros((1, 24), np.float32)
    image = interpret(convert(inference_graph(generator), quantization, "x"), zeros)
    expected = to_uint8(keras.ops.convert_to_numpy(generator(zeros)))
    assert 0 < expected.mean() < 255
    np.testing.assert_allclose(image.astype(int), expected, atol=2)


def test_weights_are_stored_with_their_scale(make_generator):
    generator = make_generator()
    content = flatbuffer_utils.convert_bytearray_to_object(convert(inference_graph(generator), "float32", "x"))
    kernel = keras.ops.convert_to_numpy(generator.get_layer("generator_0016_conv_0").kernel)
    scaled = (kernel * np.sqrt(2 / (9 * 16))).transpose(3, 0, 1, 2).astype(np.float32).ravel()
    stored = [np.frombuffer(bytes(each.data), np.float32) for each in content.buffers if each.data is not None]
    assert any(each.shape == scaled.shape and np.allclose(each, scaled, rtol=1e-6) for each in stored)


@pytest.mark.parametrize(
    "options",
    [{"resolution": 4}, {"resolution": 8, "channels": 1}, {"resolution": 32, "latent_size": 7, "fmap_max": 32}],
    ids=str,
)
def test_any_size(make_generator, options):
    generator = make_generator(**options)
    graph, reference = inference_graph(generator), keras_reference(generator, "x", 8)
    for quantization in ("float32", "float16"):
        images = pass_gate(convert(graph, quantization, "x"), reference, quantization, "x").images
        assert images.shape == (8, *generator.output_shape[1:])


@pytest.mark.slow
def test_paper_width(make_generator):
    """The 8x8 network at the paper's 512 channels: 11.3 million weights of 2 bytes."""
    generator = make_generator(resolution=8, fmap_max=512, latent_size=512)
    model = convert(inference_graph(generator), "float16", "x")
    pass_gate(model, keras_reference(generator, "x", 16), "float16", "x")
    assert generator.count_params() * 2 < len(model) < generator.count_params() * 2 + 40_000


def test_float16_halves_the_file(make_generator):
    graph = inference_graph(make_generator(resolution=4, fmap_max=64))
    assert len(convert(graph, "float16", "x")) < 0.6 * len(convert(graph, "float32", "x"))


def test_same_bytes_from_the_same_generator(make_generator):
    """Also when other models have been made in between, whose automatic names count up."""
    first = convert(inference_graph(make_generator(resolution=8)), "float16", "x")
    inference_graph(make_generator(resolution=4))
    assert convert(inference_graph(make_generator(resolution=8)), "float16", "x") == first


def test_converting_is_silent(make_generator, capfd):
    convert(inference_graph(make_generator(resolution=4)), "float32", "x")
    assert capfd.readouterr() == ("", "")


def test_no_operator_for_it(make_generator):
    """TFLite computes nothing in bfloat16."""
    graph = inference_graph(make_generator("mixed_bfloat16", resolution=4))
    with pytest.raises(UserError, match=r"^generator_4: TFLite has no built-in operator for .*Conv2D") as caught:
        convert(graph, "float32", "generator_4")
    assert "\n" not in str(caught.value)
