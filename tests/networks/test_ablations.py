"""The networks of Table 1's rows: what each row removes is gone, what it adds is there."""

from collections import Counter

import keras
import numpy as np
import pytest

from pgkeras import ProgressiveConfig, build_discriminators, build_generators
from pgkeras.layers import EqualizedConv2D, LeakyReLU, MinibatchDiscrimination, MinibatchStddev
from pgkeras.presets import TABLE_1, table_1
from pgkeras.schedule import Schedule

SMALL = {"resolution": 16, "fmap_base": 64, "fmap_max": 8}
NORMALIZATIONS = ("BatchNormalization", "GroupNormalization", "PixelNormalization")


def row(name: str) -> ProgressiveConfig:
    return ProgressiveConfig(**table_1(name).model_dump() | SMALL)


def layers(model: keras.Model) -> Counter:
    return Counter(type(layer).__name__ for layer in model.layers)


@pytest.mark.parametrize("name", TABLE_1)
def test_every_row_makes_images_and_judges_them(name):
    config = row(name)
    images = build_generators(config)[16].straight(np.ones((4, config.latent_size), np.float32))
    scores = build_discriminators(config)[16].straight(images)
    assert images.shape == (4, 16, 16, 3)
    assert np.isfinite(scores).all()


def test_rows_a_to_c_have_the_networks_of_gulrajani_et_al():
    for name in ("a", "b", "c"):
        generator = layers(build_generators(row(name))[16].straight)
        discriminator = layers(build_discriminators(row(name))[16].straight)
        assert generator["BatchNormalization"] == generator["ReLU"] == 6
        assert discriminator["GroupNormalization"] == 6
        assert not generator["PixelNormalization"]
        assert not generator["EqualizedConv2D"]
        assert generator["Activation"] == 1  # tanh
        assert not discriminator["MinibatchStddev"]


def test_row_d_normalizes_nothing_but_the_latents():
    generator, discriminator = build_generators(row("d"))[16].straight, build_discriminators(row("d"))[16].straight
    for model, normalizations in ((generator, {"PixelNormalization": 1}), (discriminator, {})):
        counted = layers(model)
        assert {name: counted[name] for name in NORMALIZATIONS if counted[name]} == normalizations
        assert any(isinstance(layer, LeakyReLU) for layer in model.layers)


@pytest.mark.parametrize(
    ("name", "layer"), [("e-star", MinibatchDiscrimination), ("e", MinibatchStddev), ("f", EqualizedConv2D)]
)
def test_rows_e_and_f_add_their_layer(name, layer):
    assert any(isinstance(each, layer) for each in build_discriminators(row(name))[16].straight.layers)


def test_row_g_is_the_papers_network_with_fewer_feature_maps():
    """Section 6.1: halved at 16x16, a quarter from there on, which leaves 32 in the last layers."""
    config = table_1("g")
    assert [config.feature_maps(side) for side in (8, 16, 32, 64, 128)] == [512, 256, 128, 64, 32]
    paper = ProgressiveConfig(fmap_base=2048, resolution=128)
    own = {"straight_kimg", "latent_size", "batch_size", "fmap_base", "drift_weight"}
    differing = {name for name, value in config if value != getattr(paper, name)}
    assert differing - own == {"minibatch_stddev_group"}
    assert config.minibatch_stddev_group == config.at_resolution("batch_size", 128)  # of the whole batch: section 3


@pytest.mark.parametrize("name", TABLE_1)
def test_rows_learn_as_in_the_authors_code(name):
    """config.py of their Theano branch, "Section 6.1": rates before equalized ones, normalized latents."""
    config, index = table_1(name), list(TABLE_1).index(name)
    assert config.generator_learning_rate == config.discriminator_learning_rate == {4: 1e-4 if index < 6 else 1e-3}
    assert config.normalize_latents == (index >= 3)
    assert Schedule.from_config(config).images == (13_000_000 if name == "h" else 10_000_000)


def test_row_h_is_the_papers_network():
    assert table_1("h").feature_maps(128) == ProgressiveConfig(resolution=128).feature_maps(128) == 128


def test_without_growing_one_phase_shows_as_many_images():
    grown, fixed = Schedule.from_config(row("b")), Schedule.from_config(row("a"))
    assert [phase.name for phase in fixed.phases] == ["16x16 straight"]
    assert fixed.images == grown.images == 5 * 800_000
    assert fixed.phases[0].images_per_step == 5 * 64


def test_he_initialization_draws_the_weights_that_equalized_ones_are_scaled_to():
    """Standard deviation sqrt(2 / fan in): what EqualizedConv2D multiplies by at every call."""
    options = {"fmap_base": 512, "fmap_max": 64, "resolution": 8}
    model = build_generators(ProgressiveConfig(equalized_learning_rate=False, **options))[8].straight
    kernel = np.asarray(model.get_layer("generator_0008_conv_1").kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.02)
    dense = np.asarray(model.get_layer("generator_0004_dense").kernel)
    assert dense.std() == pytest.approx(np.sqrt(2 / 512) / 4, rel=0.02)


def test_feature_maps_decay():
    """min(int(base / 2 ** (stage * decay)), max), with stage 1 at 4x4."""
    config = ProgressiveConfig(fmap_base=100, fmap_max=64, fmap_decay=0.5)
    assert [config.feature_maps(side) for side in (2, 4, 8, 16)] == [64, 64, 50, 35]
