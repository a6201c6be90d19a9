"""The networks against Table 2 of the paper (arXiv 1710.10196): every row's parameters and output shape."""

import math

import pytest
from keras import layers

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.layers import EqualizedConv2D, EqualizedDense, MinibatchStddev, PixelNormalization

# (kernel side, output side, output channels, parameters as printed) of each row with parameters, in order.
GENERATOR_ROWS = [
    (4, 4, 512, "4.2M"), (3, 4, 512, "2.4M"),
    (3, 8, 512, "2.4M"), (3, 8, 512, "2.4M"),
    (3, 16, 512, "2.4M"), (3, 16, 512, "2.4M"),
    (3, 32, 512, "2.4M"), (3, 32, 512, "2.4M"),
    (3, 64, 256, "1.2M"), (3, 64, 256, "590k"),
    (3, 128, 128, "295k"), (3, 128, 128, "148k"),
    (3, 256, 64, "74k"), (3, 256, 64, "37k"),
    (3, 512, 32, "18k"), (3, 512, 32, "9.2k"),
    (3, 1024, 16, "4.6k"), (3, 1024, 16, "2.3k"),
    (1, 1024, 3, "51"),
]  # fmt: skip
DISCRIMINATOR_ROWS = [
    (1, 1024, 16, "64"),
    (3, 1024, 16, "2.3k"), (3, 1024, 32, "4.6k"),
    (3, 512, 32, "9.2k"), (3, 512, 64, "18k"),
    (3, 256, 64, "37k"), (3, 256, 128, "74k"),
    (3, 128, 128, "148k"), (3, 128, 256, "295k"),
    (3, 64, 256, "590k"), (3, 64, 512, "1.2M"),
    (3, 32, 512, "2.4M"), (3, 32, 512, "2.4M"),
    (3, 16, 512, "2.4M"), (3, 16, 512, "2.4M"),
    (3, 8, 512, "2.4M"), (3, 8, 512, "2.4M"),
    (3, 4, 512, "2.4M"), (4, 1, 512, "4.2M"),
    (1, 1, 1, "513"),
]  # fmt: skip


@pytest.fixture(scope="module")
def paper():
    config = ProgressiveConfig(resolution=1024)
    return build_generators(config)[1024].straight, build_discriminators(config)[1024].straight


def rows(model) -> list[tuple[int, int, int, int]]:
    """(kernel side, output side, output channels, parameters) of each layer with weights."""
    found = []
    for layer in model.layers:
        parameters = sum(math.prod(variable.shape) for variable in layer.trainable_variables)
        if isinstance(layer, EqualizedConv2D):
            found.append((layer.kernel_size, layer.output.shape[1], layer.filters, parameters))
        if isinstance(layer, EqualizedDense):
            side = layer.units[0] if len(layer.units) == 3 else 1
            found.append((side, side, layer.units[-1], parameters))
    return found


def printed(parameters: int, like: str) -> str:
    """The number as the paper prints it: in millions or thousands, to the digits of `like`."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if like.endswith(unit):
            return f"{parameters / size:.{1 if '.' in like else 0}f}{unit}"
    return str(parameters)


@pytest.mark.parametrize(("network", "expected"), [(0, GENERATOR_ROWS), (1, DISCRIMINATOR_ROWS)])
def test_every_row_of_table_2(paper, network, expected):
    found = rows(paper[network])
    assert len(found) == len(expected)
    for (*shape, parameters), (*expected_shape, text) in zip(found, expected, strict=True):
        assert (shape, printed(parameters, text)) == (expected_shape, text)


def test_23_1_million_trainable_parameters_each(paper):
    for model in paper:
        total = sum(math.prod(variable.shape) for variable in model.trainable_variables)
        assert round(total / 1e6, 1) == 23.1


def test_generator_normalizes_the_latent_and_after_each_activation(paper):
    generator, discriminator = paper
    normalizations = [layer for layer in generator.layers if isinstance(layer, PixelNormalization)]
    assert len(normalizations) == 1 + 18
    assert generator.layers[1] is normalizations[0]
    assert not any(isinstance(layer, PixelNormalization) for layer in discriminator.layers)


def test_minibatch_stddev_of_group_4_stands_before_the_last_block(paper):
    _, discriminator = paper
    (position,) = (i for i, layer in enumerate(discriminator.layers) if isinstance(layer, MinibatchStddev))
    assert discriminator.layers[position].group_size == 4
    assert discriminator.layers[position].output.shape == (None, 4, 4, 513)
    assert discriminator.layers[position + 1].kernel_size == 3


def test_nearest_neighbour_up_and_average_pool_down(paper):
    generator, discriminator = paper
    ups = [layer for layer in generator.layers if isinstance(layer, layers.UpSampling2D)]
    downs = [layer for layer in discriminator.layers if isinstance(layer, layers.AveragePooling2D)]
    assert len(ups) == len(downs) == 8
    assert {layer.interpolation for layer in ups} == {"nearest"}


def test_he_constants(paper):
    """Gain sqrt(2) before each activation, 1 before the linear outputs; the first layer's is divided by 4."""
    gains = {layer.name: layer.gain for model in paper for layer in model.layers if hasattr(layer, "gain")}
    linear = {"generator_1024_to_rgb", "discriminator_0004_score"}
    for name, gain in gains.items():
        expected = 1 if name in linear else math.sqrt(2) / 4 if name == "generator_0004_dense" else math.sqrt(2)
        assert gain == pytest.approx(expected), name
