"""The config's rules, and that the command line is made from it."""

import click
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from pgkeras import ProgressiveConfig
from pgkeras.command_line import config_options
from pgkeras.presets import PRESETS


def test_defaults_are_the_papers():
    config = ProgressiveConfig(resolution=1024)
    assert [config.feature_maps(r) for r in config.resolutions] == [512, 512, 512, 512, 256, 128, 64, 32, 16]
    assert (config.latent_size, config.loss, config.ema_decay) == (512, "wgan-gp", 0.999)
    assert (config.adam_beta1, config.adam_beta2, config.adam_epsilon) == (0, 0.99, 1e-8)
    assert [config.at_resolution("batch_size", r) for r in config.resolutions] == [16] * 6 + [14, 6, 3]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(16, {4: 16}), ("16", {4: 16}), ("4:16,256:8", {4: 16, 256: 8}), ({256: 8, 4: 16}, {4: 16, 256: 8})],
)
def test_options_by_resolution_are_read_in_every_form(value, expected):
    config = ProgressiveConfig(batch_size=value)
    assert config.batch_size == expected
    assert list(config.batch_size) == sorted(expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": 48}, "resolution 48 is not a power of two"),
        ({"resolution": 2}, "resolution 2 is not a power of two from 4"),
        ({"resolution": 2048}, "resolution 2048 is not a power of two from 4 to 1024"),
        ({"channels": 4}, "1 or 3"),
        ({"fmap_mx": 8}, "Extra inputs are not permitted"),
        ({"batch_size": 0}, "greater than or equal to 1"),
        ({"batch_size": "4:16;8:8"}, "resolution:value pairs"),
        ({"batch_size": "4:many"}, "valid integer"),
        ({"loss": "lsgan", "penalty_interval": 4}, "--loss lsgan has no penalty"),
        ({"batch_size": "4:16:8"}, "resolution:value pairs"),
        ({"batch_size": {8: 4}}, "begin with 4:value"),
        ({"batch_size": {4: 4, 5: 4}}, "resolution 5 is not a power of two"),
        ({"loss": "hinge-ish"}, "wgan-gp"),
        ({"loss": "lsgan", "penalty_weight": 1}, "--loss lsgan has no penalty to weigh"),
        ({"straight_kimg": {4: 1, 64: 0}}, "the last phase needs images"),
        ({"adam_beta2": 1}, "less than 1"),
        ({"loss": "hinge", "penalty_weight": 1}, "--loss hinge has no penalty to weigh"),
        ({"label_weight": 2}, "add --conditional"),
        ({"augmentation": "colour,blur"}, "'cutout'"),
        ({"augmentation": "cutout", "augmentation_kimg": 7}, "there is no --augmentation-target"),
        ({"augmentation_target": 0.6}, "there is no --augmentation to apply"),
        ({"augmentation": "cutout", "augmentation_target": 0.6}, "the scores of --loss wgan-gp float"),
        (
            {"loss": "hinge", "augmentation": "cutout", "augmentation_target": 0.6, "augmentation_probability": 1},
            "contradict each other",
        ),
        ({"network": "dcgan"}, "--network dcgan has no --growing: begin from --preset dcgan"),
    ],
)
def test_wrong_and_contradictory_options_are_errors(options, message):
    with pytest.raises(ValidationError, match=message):
        ProgressiveConfig(**options)


def test_a_config_survives_json():
    config = ProgressiveConfig(batch_size="4:16,256:8", penalty_weight=2)
    assert ProgressiveConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize("name", PRESETS)
def test_presets_say_how_to_run_them(name):
    preset = PRESETS[name]
    shown = "table-1-g" if name.startswith("table-1-") else name
    assert f"--preset {shown}" in getattr(preset, "func", preset).__doc__
    assert PRESETS[name]().straight_kimg


def test_dcgan_refuses_what_it_has_not():
    for option in ({"growing": True}, {"minibatch_discrimination": "stddev"}, {"generator_normalization": "pixel"}):
        with pytest.raises(ValidationError, match="--network dcgan has no --" + next(iter(option)).replace("_", "-")):
            ProgressiveConfig(**PRESETS["dcgan"]().model_dump() | option)


def test_augmentations_are_separated_by_commas():
    assert ProgressiveConfig(augmentation="colour,cutout").augmentation == ("colour", "cutout")


def test_every_field_is_an_option_with_help_and_default():
    @click.command()
    @config_options(ProgressiveConfig)
    def command(**options):
        print(sorted((name, value) for name, value in options.items() if value is not None))

    text = CliRunner().invoke(command, ["--help"], terminal_width=400).output
    for name, field in ProgressiveConfig.model_fields.items():
        assert "--" + name.replace("_", "-") in text
        assert field.description.split(";")[0][:30] in text
    assert "--mirror / --no-mirror" in text
    assert "4:16,256:14,512:6,1024:3" in text

    given = CliRunner().invoke(command, ["--no-mirror", "--batch-size", "4:8", "--seed", "3"]).output
    assert given == "[('batch_size', '4:8'), ('mirror', False), ('seed', 3)]\n"
    assert "No such option" in CliRunner().invoke(command, ["--no-such"]).output
