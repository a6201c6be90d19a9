"""Fade-in and straight models: what alpha means, and that all pairs share their layers."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras import ProgressiveConfig, build_discriminators, build_generators

CONFIG = ProgressiveConfig(resolution=64, fmap_base=128, fmap_max=8, latent_size=6)
FADING = CONFIG.resolutions[1:]


@pytest.fixture(scope="module")
def generators():
    keras.utils.set_random_seed(0)
    return build_generators(CONFIG)


@pytest.fixture(scope="module")
def discriminators():
    keras.utils.set_random_seed(1)
    return build_discriminators(CONFIG)


def run(model, inputs) -> np.ndarray:
    return ops.convert_to_numpy(model(inputs))


def latents() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, CONFIG.latent_size)).astype(np.float32)


def images(resolution: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (4, resolution, resolution, 3)).astype(np.float32)


def upscaled(batch: np.ndarray) -> np.ndarray:
    return batch.repeat(2, axis=1).repeat(2, axis=2)


def downscaled(batch: np.ndarray) -> np.ndarray:
    number, side, _, channels = batch.shape
    return batch.reshape(number, side // 2, 2, side // 2, 2, channels).mean(axis=(2, 4))


@pytest.mark.parametrize("resolution", FADING)
def test_generator_fades_from_the_upscaled_previous_stage_to_straight(generators, resolution):
    pair = generators[resolution]
    previous = upscaled(run(generators[resolution // 2].straight, latents()))
    straight = run(pair.straight, latents())
    for alpha, expected in ((0.0, previous), (1.0, straight), (0.25, 0.75 * previous + 0.25 * straight)):
        pair.alpha.assign(alpha)
        np.testing.assert_allclose(run(pair.fade_in, latents()), expected, atol=1e-6)


@pytest.mark.parametrize("resolution", FADING)
def test_discriminator_fades_from_the_previous_stage_on_shrunken_images_to_straight(discriminators, resolution):
    pair = discriminators[resolution]
    pair.alpha.assign(0.0)
    previous = run(discriminators[resolution // 2].straight, downscaled(images(resolution)))
    np.testing.assert_allclose(run(pair.fade_in, images(resolution)), previous, rtol=1e-4, atol=1e-5)
    pair.alpha.assign(1.0)
    straight = run(pair.straight, images(resolution))
    np.testing.assert_allclose(run(pair.fade_in, images(resolution)), straight, rtol=1e-4, atol=1e-5)
    assert np.abs(straight - previous).max() > 1e-3


def test_4x4_has_nothing_to_fade_in(generators, discriminators):
    for pairs in (generators, discriminators):
        assert pairs[4].fade_in is None
        assert pairs[4].alpha is None


def test_alpha_is_one_scalar_that_is_not_trained(generators):
    pair = generators[16]
    assert pair.alpha.shape == ()
    assert not pair.alpha.trainable
    assert not any(variable is pair.alpha for variable in pair.fade_in.trainable_variables)


@pytest.mark.parametrize("build", [build_generators, build_discriminators])
def test_all_pairs_share_their_layers(build):
    pairs = build(CONFIG)
    by_path = {}
    for pair in pairs.values():
        for model in (pair.straight, pair.fade_in):
            for variable in model.variables if model else ():
                assert by_path.setdefault(variable.path, variable) is variable
    trunk = {v.path for v in pairs[32].straight.variables if "rgb" not in v.path}
    assert trunk < {v.path for v in pairs[64].straight.variables}


@pytest.mark.parametrize("channels", [1, 3])
def test_shapes_are_as_documented(channels):
    config = ProgressiveConfig(resolution=16, fmap_max=8, latent_size=5, channels=channels)
    for resolution, pair in build_generators(config).items():
        assert pair.straight.input_shape == (None, 5)
        assert pair.straight.output_shape == (None, resolution, resolution, channels)
    for resolution, pair in build_discriminators(config).items():
        assert pair.straight.input_shape == (None, resolution, resolution, channels)
        assert pair.straight.output_shape == (None, 1)


@pytest.mark.parametrize("batch", [1, 3, 5, 7])
def test_discriminator_takes_any_batch(discriminators, batch):
    assert np.isfinite(run(discriminators[16].straight, images(16).repeat(2, axis=0)[:batch])).all()


def test_images_and_scores_are_float32_in_mixed_precision():
    generators = build_generators(CONFIG, "mixed_bfloat16")
    discriminators = build_discriminators(CONFIG, "mixed_bfloat16")
    made = generators[8].fade_in(latents())
    scores = discriminators[8].fade_in(made)
    assert keras.backend.standardize_dtype(made.dtype) == "float32"
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    assert generators[8].straight.get_layer("generator_0008_conv_0").compute_dtype == "bfloat16"


@pytest.mark.slow
def test_keras_files_load_in_a_process_that_has_only_imported_pgkeras(generators, tmp_path):
    pair = generators[32]
    pair.alpha.assign(0.3)
    models = {"fade_in": pair.fade_in, "straight": pair.straight}
    for name, model in models.items():
        model.save(tmp_path / f"{name}.keras")
    np.save(tmp_path / "latents.npy", latents())
    script = (
        "import sys, keras, numpy as np, pgkeras\n"
        "for name in ('fade_in', 'straight'):\n"
        "    model = keras.models.load_model(f'{name}.keras')\n"
        "    np.save(f'{name}.npy', keras.ops.convert_to_numpy(model(np.load('latents.npy'))))\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=os.environ, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    for name, model in models.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), run(model, latents()), atol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="takes gradients with tf.GradientTape")
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_second_derivatives_are_finite(dtype):
    """Of the gradient penalty, for ordinary images, equal images (no deviation) and black ones."""
    import tensorflow as tf

    discriminator = build_discriminators(CONFIG, dtype)[16].fade_in
    for batch in (images(16), np.repeat(images(16)[:1], 4, axis=0), np.full((4, 16, 16, 3), -1.0, np.float32)):
        points = tf.constant(batch)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(points)
                scores = discriminator(points)
            norms = tf.sqrt(tf.reduce_sum(tf.square(inner.gradient(scores, points)), axis=(1, 2, 3)) + 1e-12)
            penalty = tf.reduce_mean(tf.square(norms - 1))
        gradients = outer.gradient(penalty, discriminator.trainable_variables)
        for variable, gradient in zip(discriminator.trainable_variables, gradients, strict=True):
            # A bias only moves the kinks of the leaky ReLUs: the penalty need not depend on it.
            assert gradient is not None or variable.path.endswith("bias")
            assert gradient is None or np.isfinite(gradient).all()
