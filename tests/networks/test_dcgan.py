"""DCGAN after its paper's Figure 1."""

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.presets import dcgan


def config(**options) -> ProgressiveConfig:
    return ProgressiveConfig(**dcgan().model_dump() | options)


def test_figure_1():
    """A 100-vector, 4x4x1024, 8x8x512, 16x16x256, 32x32x128, and a 64x64 image; 5x5 kernels."""
    generator = build_generators(dcgan())[64].straight
    shapes = [layer.output.shape[1:] for layer in generator.layers if layer.name.endswith("_activation")]
    assert shapes == [(4, 4, 1024), (8, 8, 512), (16, 16, 256), (32, 32, 128)]
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == (None, 64, 64, 3)
    assert all(
        layer.kernel_size == (5, 5) and layer.strides == (2, 2)
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    )


def test_discriminator_halves_the_side_and_does_not_normalize_its_first_layer():
    discriminator = build_discriminators(dcgan())[64].straight
    names = [layer.name for layer in discriminator.layers]
    assert discriminator.get_layer("discriminator_0008_conv").output.shape == (None, 4, 4, 1024)
    assert "discriminator_0064_conv_normalize" not in names
    assert "discriminator_0032_conv_normalize" in names


def test_weights_are_drawn_with_a_deviation_of_0_02():
    discriminator = build_discriminators(config(fmap_max=64, fmap_base=128))[64].straight
    kernels = np.concatenate([np.ravel(v) for v in discriminator.trainable_variables if v.path.endswith("kernel")])
    assert kernels.std() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize(("resolution", "channels", "label_size"), [(16, 1, 0), (128, 3, 0), (16, 3, 4)])
def test_any_size_grey_or_colour_with_labels_or_without(resolution, channels, label_size):
    small = config(resolution=resolution, channels=channels, label_size=label_size, fmap_base=64, fmap_max=8)
    generators, discriminators = build_generators(small), build_discriminators(small)
    assert list(generators) == list(discriminators) == [resolution]
    inputs = [np.ones((2, size), np.float32) for size in (100, label_size) if size]
    images = generators[resolution].straight(inputs if label_size else inputs[0])
    assert images.shape == (2, resolution, resolution, channels)
    assert np.abs(ops.convert_to_numpy(images)).max() <= 1
    outputs = discriminators[resolution].straight(images)
    assert [each.shape for each in outputs] == [(2, 1), (2, 4)] if label_size else outputs.shape == (2, 1)
