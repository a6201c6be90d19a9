"""The layers against values computed by hand or by plain NumPy."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras.layers import (
    EqualizedConv2D,
    EqualizedDense,
    Fade,
    FusedConv2D,
    LeakyReLU,
    MinibatchDiscrimination,
    MinibatchStddev,
    PixelNormalization,
)
from tests.layer_checks import check_layer
from tests.other_backends import on_other_backends, run_tests

RANDOM = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def test_equalized_conv2d_same():
    arguments = {"filters": 5, "kernel_size": 3, "gain": 1.5, "padding": "same"}
    check_layer(EqualizedConv2D, arguments, normal(2, 6, 6, 3), (2, 6, 6, 5))


def test_equalized_conv2d_valid():
    arguments = {"filters": 5, "kernel_size": 4, "gain": 1.0, "padding": "valid"}
    check_layer(EqualizedConv2D, arguments, normal(2, 4, 4, 3), (2, 1, 1, 5))


def test_equalized_conv2d_by_hand():
    """Ones everywhere: the centre of a 3x3 'same' convolution sees 9 pixels of 2 channels, a corner 4."""
    layer = EqualizedConv2D(1, 3, gain=3.0)
    inputs = np.ones((1, 3, 3, 2), np.float32)
    layer(inputs)
    layer.set_weights([np.ones((3, 3, 2, 1)), np.array([10.0])])
    scale = 3.0 / math.sqrt(18)
    output = ops.convert_to_numpy(layer(inputs))[0, :, :, 0]
    assert output[1, 1] == pytest.approx(18 * scale + 10)
    assert output[0, 0] == pytest.approx(8 * scale + 10)


def test_equalized_layers_start_with_unit_variance_and_zero_bias():
    for layer, shape in ((EqualizedConv2D(64, 3), (1, 4, 4, 64)), (EqualizedDense(256), (1, 256))):
        layer.build(shape)
        kernel, bias = layer.get_weights()
        assert kernel.mean() == pytest.approx(0, abs=0.02)
        assert kernel.std() == pytest.approx(1, abs=0.02)
        assert (bias == 0).all()


def test_equalized_conv2d_keeps_variance_through_a_relu():
    """He's point: with gain sqrt(2) the mean square of relu(y) stays that of the input."""
    outputs = ops.convert_to_numpy(EqualizedConv2D(256, 3, padding="valid")(normal(8, 8, 8, 64)))
    assert np.square(np.maximum(outputs, 0)).mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0, "kernel_size": 3}, "received 0 and 3"),
        ({"filters": 1, "kernel_size": 3, "padding": "full"}, "received 'full'"),
    ],
)
def test_equalized_conv2d_names_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        EqualizedConv2D(**arguments)


@pytest.mark.parametrize("equalized", [True, False])
@pytest.mark.parametrize(("scaling", "side"), [("up", 12), ("down", 3)])
def test_fused_conv2d(scaling, side, equalized):
    arguments = {"filters": 5, "scaling": scaling, "gain": 1.5, "equalized": equalized}
    check_layer(FusedConv2D, arguments, normal(2, 6, 6, 3), (2, side, side, 5))


def convolution_3x3(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """One channel, zeros around it."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 1), (3, 3))
    return np.einsum("yxab,ab->yx", windows, kernel)


@pytest.mark.parametrize("side", [2, 4, 6])
def test_fused_conv2d_is_repetition_then_convolution_and_convolution_then_averaging(side):
    """At every pixel, those at the border too, against plain NumPy."""
    image, kernel = normal(side, side), normal(3, 3)
    repeated = image.repeat(2, axis=0).repeat(2, axis=1)
    averaged = convolution_3x3(image, kernel).reshape(side // 2, 2, side // 2, 2).mean(axis=(1, 3))
    for scaling, expected in (("up", convolution_3x3(repeated, kernel)), ("down", averaged)):
        layer = FusedConv2D(1, scaling, gain=6.0)
        layer.build((None, side, side, 1))
        layer.set_weights([kernel[..., None, None], np.array([0.25])])
        output = ops.convert_to_numpy(layer(image[None, ..., None]))[0, ..., 0]
        np.testing.assert_allclose(output, 2 * expected + 0.25, atol=1e-5)


def test_fused_conv2d_by_hand():
    """Up, a kernel of ones: an inner pixel sums 9, the corner 4. Down: of 4x4 ones the mean of 4, 6, 6 and 9."""
    for scaling, expected in (("up", [[4.0, 6.0], [6.0, 9.0]]), ("down", [[6.25, 6.25], [6.25, 6.25]])):
        layer = FusedConv2D(1, scaling, equalized=False)
        layer.build((None, 4, 4, 1))
        layer.set_weights([np.ones((3, 3, 1, 1)), np.zeros(1)])
        output = ops.convert_to_numpy(layer(np.ones((1, 4, 4, 1), np.float32)))[0, :2, :2, 0]
        np.testing.assert_allclose(output, expected, rtol=1e-6)


def test_fused_conv2d_without_equalized_learning_rate_begins_with_hes_variance():
    layer = FusedConv2D(64, "down", equalized=False)
    layer.build((None, 8, 8, 64))
    assert layer.get_weights()[0].std() == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.02)
    assert layer.scale == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"filters": 0, "scaling": "up"}, "received 0"), ({"filters": 1, "scaling": "left"}, "received 'left'")],
)
def test_fused_conv2d_names_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        FusedConv2D(**arguments)


def test_equalized_dense():
    check_layer(EqualizedDense, {"units": 7, "gain": 1.0}, normal(3, 5), (3, 7))


def test_equalized_dense_to_feature_map():
    check_layer(EqualizedDense, {"units": (4, 4, 6), "gain": 0.5}, normal(3, 5), (3, 4, 4, 6))


def test_equalized_dense_by_hand():
    layer = EqualizedDense((1, 2), gain=2.0)
    inputs = np.array([[1.0, 2.0, 3.0, 4.0]], np.float32)
    layer(inputs)
    layer.set_weights([np.arange(8.0).reshape(4, 1, 2), np.array([0.5, -0.5])])
    # scale 2/sqrt(4) = 1; columns 0 2 4 6 and 1 3 5 7 times 1 2 3 4
    np.testing.assert_allclose(ops.convert_to_numpy(layer(inputs)), [[[40.5, 49.5]]])


def test_equalized_dense_is_the_papers_convolution_of_a_padded_latent():
    """Table 2's first row: a 4x4 convolution of the 1x1 latent, padded to 7x7."""
    latents = normal(2, 5)
    layer = EqualizedDense((4, 4, 3))
    layer(latents)
    kernel = layer.get_weights()[0] * layer.scale
    padded = np.pad(latents[:, None, None], ((0, 0), (3, 3), (3, 3), (0, 0)))
    # Output pixel (y, x) meets the latent at kernel position (3 - y, 3 - x).
    convolution = ops.conv(padded, kernel.transpose(1, 2, 0, 3)[::-1, ::-1].copy(), padding="valid")
    np.testing.assert_allclose(ops.convert_to_numpy(layer(latents)), convolution, atol=1e-5)


def test_equalized_dense_names_what_is_wrong():
    with pytest.raises(ValueError, match="received 0"):
        EqualizedDense(0)


def test_leaky_relu():
    check_layer(LeakyReLU, {"negative_slope": 0.1}, normal(2, 3, 3, 8), (2, 3, 3, 8))


def test_leaky_relu_by_hand():
    output = ops.convert_to_numpy(LeakyReLU(0.2)(np.array([-10.0, 0.0, 10.0], np.float32)))
    np.testing.assert_allclose(output, [-2, 0, 10], rtol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's tapes")
def test_leaky_relu_derivatives_by_hand():
    """Of (3 y)², y = leaky_relu(x): first 18 y slope, second 18 slope²; the slope itself is a constant."""
    import tensorflow as tf

    x = tf.constant([-2.0, 3.0])
    layer = LeakyReLU(0.5)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = tf.square(3 * layer(x))
        first = inner.gradient(value, x)
    np.testing.assert_allclose(first.numpy(), [18 * -1 * 0.5, 18 * 3])
    np.testing.assert_allclose(outer.gradient(first, x).numpy(), [18 * 0.25, 18])


@pytest.mark.parametrize("slope", [-0.1, 0.0, 1.0])
def test_leaky_relu_refuses_slopes_that_do_not_leak(slope):
    with pytest.raises(ValueError, match=f"negative_slope must be between 0 and 1; received {slope}"):
        LeakyReLU(slope)


def test_pixel_normalization():
    check_layer(PixelNormalization, {"epsilon": 1e-6}, normal(2, 3, 3, 8), (2, 3, 3, 8))


def test_pixel_normalization_by_hand():
    output = ops.convert_to_numpy(PixelNormalization()(np.array([[3.0, 4.0]], np.float32)))
    np.testing.assert_allclose(output, [[3 / math.sqrt(12.5), 4 / math.sqrt(12.5)]], rtol=1e-6)


def test_pixel_normalization_of_zeros_is_zero():
    assert (ops.convert_to_numpy(PixelNormalization()(np.zeros((1, 4), np.float32))) == 0).all()


def test_minibatch_stddev():
    arguments = {"group_size": 4, "epsilon": 1e-8}
    check_layer(MinibatchStddev, arguments, normal(8, 4, 4, 3), (8, 4, 4, 4))


def test_minibatch_stddev_by_hand():
    """Two groups, images 0 and 2, 1 and 3: differences 2 and 6 mean standard deviations 1 and 3."""
    inputs = np.zeros((4, 2, 2, 1), np.float32)
    inputs[:, :, :, 0] = np.array([0.0, 0.0, 2.0, 6.0])[:, None, None]
    output = ops.convert_to_numpy(MinibatchStddev(group_size=2)(inputs))
    np.testing.assert_array_equal(output[..., :1], inputs)
    np.testing.assert_allclose(output[:, 0, 0, 1], [1, 3, 1, 3], atol=1e-3)
    assert (output[..., 1] == output[:, :1, :1, 1]).all()


@pytest.mark.parametrize("batch", range(1, 10))
def test_minibatch_stddev_takes_any_batch(batch):
    """Against a loop over groups: image i belongs to group i mod ceil(batch / 4)."""
    inputs = normal(batch, 2, 2, 3)
    groups = math.ceil(batch / 4)
    expected = [inputs[i % groups :: groups].std(axis=0).mean() for i in range(batch)]
    output = ops.convert_to_numpy(MinibatchStddev(4)(inputs))
    np.testing.assert_allclose(output[:, 1, 1, 3], expected, atol=2e-4)


def test_minibatch_stddev_names_what_is_wrong():
    with pytest.raises(ValueError, match="received 0"):
        MinibatchStddev(0)


def test_minibatch_discrimination():
    check_layer(MinibatchDiscrimination, {"kernels": 4, "kernel_size": 3}, normal(5, 6), (5, 10))


def test_minibatch_discrimination_has_the_authors_sizes():
    layer = MinibatchDiscrimination()
    layer.build((None, 8))
    assert [weight.shape for weight in layer.weights] == [(8, 100, 5)]


def test_minibatch_discrimination_by_hand():
    """Matrices (0, 0), (1, 0) and (1, 2): distances 1, 3 and 2."""
    layer = MinibatchDiscrimination(kernels=1, kernel_size=2)
    inputs = np.array([[0.0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]], np.float32)
    layer(inputs)
    layer.set_weights([2 * np.array([[1.0, 0], [0, 2], [0, 0], [0, 0]])[:, None]])  # times 1 / sqrt(4 features)
    output = ops.convert_to_numpy(layer(inputs))
    np.testing.assert_array_equal(output[:, :4], inputs)
    near, middle, far = math.exp(-1), math.exp(-2), math.exp(-3)
    np.testing.assert_allclose(output[:, 4], [near + far, near + middle, middle + far], rtol=1e-5)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_minibatch_discrimination_against_a_loop(batch):
    layer = MinibatchDiscrimination(kernels=3, kernel_size=4)
    inputs = normal(batch, 6)
    layer(inputs)
    matrices = np.einsum("na,abc->nbc", inputs, layer.get_weights()[0] / math.sqrt(6))
    expected = np.zeros((batch, 3))
    for i in range(batch):
        for j in range(batch):
            if i != j:
                expected[i] += np.exp(-np.abs(matrices[i] - matrices[j]).sum(axis=-1))
    np.testing.assert_allclose(ops.convert_to_numpy(layer(inputs))[:, 6:], expected, rtol=1e-4, atol=1e-6)


def test_minibatch_discrimination_counts_identical_images():
    output = ops.convert_to_numpy(MinibatchDiscrimination(2, 3)(np.ones((4, 5), np.float32)))
    assert (output[:, 5:] == 3).all()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="takes gradients with tf.GradientTape")
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_minibatch_discrimination_second_derivatives_are_finite(dtype):
    """As in a gradient penalty; images 0 and 1 are the same, on |x|'s kink."""
    import tensorflow as tf

    layer = MinibatchDiscrimination(2, 3, dtype=dtype)
    inputs = normal(4, 5)
    inputs[1] = inputs[0]
    inputs = tf.constant(inputs)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            closeness = ops.sum(ops.cast(layer(inputs), "float32")[:, 5:])
        gradient = inner.gradient(closeness, inputs)
        penalty = tf.reduce_sum(tf.square(gradient))
    second = outer.gradient(penalty, layer.trainable_variables)[0].numpy()
    assert np.isfinite(gradient).all()
    assert np.isfinite(second).all()
    assert (second != 0).any()


def test_minibatch_discrimination_names_what_is_wrong():
    with pytest.raises(ValueError, match="received 0 and 5"):
        MinibatchDiscrimination(0)


def test_fade():
    check_layer(Fade, {"alpha": 0.25}, [normal(2, 4, 4, 3), normal(2, 4, 4, 3)], (2, 4, 4, 3))


def test_fade_by_hand():
    layer = Fade()
    layer.build([(1, 1)] * 2)
    previous, current = np.full((1, 1), 10.0), np.full((1, 1), 20.0)
    for alpha, expected in ((0.0, 10.0), (0.25, 12.5), (1.0, 20.0)):
        layer.alpha.assign(alpha)
        assert ops.convert_to_numpy(layer([previous, current])).item() == expected


def test_fade_keeps_alpha_out_of_training():
    layer = Fade()
    layer.build([(1, 1)] * 2)
    assert layer.trainable_variables == []


@on_other_backends("jax")
def test_layers_and_networks_on(other_backend):
    files = ("test_layers", "test_losses", "networks/test_pairs", "networks/test_conditional")
    run_tests(other_backend, "-m", "not slow", *(f"tests/{file}.py" for file in files))
