"""Models that must not pass, made for real."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from export.convert import convert
from export.gate import keras_reference, pass_gate
from export.inference_graph import inference_graph
from export.interpreter import interpret
from export.options import Bars
from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr


@pytest.fixture(scope="module")
def generator(make_generator):
    return make_generator(resolution=8)


@pytest.fixture(scope="module")
def reference(generator):
    return keras_reference(generator, "x", 16)


@pytest.fixture(scope="module")
def model(generator):
    return convert(inference_graph(generator), "float32", "x")


def flex_model() -> bytes:
    """A model that needs TensorFlow's own kernels: FlexMatrixInverse."""

    @tf.function(input_signature=[tf.TensorSpec((1, 24), tf.float32, name="latent")])
    def infer(latent):
        return {"image": tf.cast(tf.linalg.inv(tf.reshape(latent[:, :16], (4, 4))), tf.uint8)}

    converter = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], tf.Module())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    with quiet_stderr():
        return converter.convert()


def test_passes(model, reference):
    passed = pass_gate(model, reference, "float32", "x")
    assert passed.reason is None
    assert passed.fidelity.difference <= 1
    images = interpret(model, reference.latents)
    assert passed.fidelity.difference == np.abs(images.astype(int) - reference.images).max()
    np.testing.assert_array_equal(passed.images, images[:8])
    assert {"CONV_2D", "RESIZE_NEAREST_NEIGHBOR"} <= set(passed.lint.operators)


def test_reference_is_latents_of_known_seeds(reference):
    assert reference.images.shape == (16, 8, 8, 3)
    for seed in (0, 15):
        expected = np.random.RandomState(seed).randn(24).astype(np.float32)
        np.testing.assert_array_equal(reference.latents[seed], expected)


def test_weights_changed_after_the_reference(make_generator):
    generator = make_generator(resolution=8)
    reference = keras_reference(generator, "x", 16)
    bias = generator.get_layer("generator_0008_to_rgb").bias
    bias.assign(np.array(bias.numpy()) + 5 / 127.5)
    model = convert(inference_graph(generator), "float32", "x")
    with pytest.raises(UserError, match=r"^generator_0008_float32: its image is [56] grey levels off .* allowed 1;"):
        pass_gate(model, reference, "float32", "generator_0008_float32")


def test_tolerance_of_float32_is_exact(model, reference):
    """One pixel of one image decides."""
    images = interpret(model, reference.latents)
    row, column, channel = np.argwhere((images[15] > 2) & (images[15] < 252))[0]
    for sign in (1, -1):
        changed = images.copy()
        changed[15, row, column, channel] = int(images[15, row, column, channel]) + sign
        pass_gate(model, dataclasses.replace(reference, images=changed), "float32", "x")
        changed[15, row, column, channel] = int(images[15, row, column, channel]) + 2 * sign
        with pytest.raises(UserError, match="is 2 grey levels off"):
            pass_gate(model, dataclasses.replace(reference, images=changed), "float32", "x")


@pytest.mark.parametrize(("quantization", "bar"), [("float16", 45), ("dynamic", 30), ("int8", 30)])
def test_bars_are_exact(model, reference, quantization, bar):
    """All pixels wrong by the same amount: its decibels are known, and decide."""
    images = interpret(model, reference.latents)
    expected = np.where(images < 128, images + 10, images - 10).astype(np.uint8)
    psnr = 20 * np.log10(255 / 10)  # 28.1
    wrong = dataclasses.replace(reference, images=expected)
    assert pass_gate(model, wrong, quantization, "x", Bars(psnr - 0.01, psnr - 0.01)).reason is None
    assert pass_gate(model, wrong, quantization, "x").reason == f"PSNR 28.1 dB is below the bar of {bar} dB"


def test_the_gallery_has_the_users_bar(model, reference, monkeypatch):
    """Its pictures are wrong by a known amount: its decibels decide."""

    def draw(model, latents, labels, signature=None, batch=1, truncation=None):
        images = reference.images[: len(latents)]
        return np.where(images < 128, images + 20, images - 20).astype(np.uint8) if signature else images

    monkeypatch.setattr("export.gate.interpret", draw)
    psnr = 20 * np.log10(255 / 20)  # 22.1
    pass_gate(model, reference, "int8", "x", Bars(int8=psnr - 0.01), gallery=4)
    with pytest.raises(UserError, match="its gallery is 20 grey levels off"):
        pass_gate(model, reference, "int8", "x", Bars(int8=psnr + 0.01), gallery=4)


def test_flex_operator(reference):
    with pytest.raises(UserError, match=r"^x: uses operators that are not built into TFLite \(FlexMatrixInverse\)"):
        pass_gate(flex_model(), reference, "float32", "x")


def test_other_signature(make_generator, reference):
    model = convert(inference_graph(make_generator(resolution=8, latent_size=25)), "float32", "x")
    with pytest.raises(UserError, match=r"^x: does not run in the TFLite interpreter \(.*\)$"):
        pass_gate(model, reference, "float32", "x")


def test_other_shape(make_generator, reference):
    model = convert(inference_graph(make_generator(resolution=4)), "float32", "x")
    with pytest.raises(UserError, match=r"gives uint8 \(4, 4, 3\), Keras uint8 \(8, 8, 3\)"):
        pass_gate(model, reference, "float32", "x")


def test_diverged_generator(make_generator):
    generator = make_generator(resolution=4)
    generator.get_layer("generator_0004_to_rgb").bias.assign([0, np.nan, 0])
    with pytest.raises(UserError, match=r"^x\.keras: gives pixels that are not finite numbers"):
        keras_reference(generator, "x.keras")
