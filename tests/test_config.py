"""The config's rules, and that the command line is made from it."""

import re
from typing import get_args

import click
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from pgkeras import ProgressiveConfig
from pgkeras.augmentation import AUGMENTATIONS, BGC
from pgkeras.command_line import config_options
from pgkeras.config import AdaAugmentation
from pgkeras.presets import FEW_PHOTOS, PRESETS, paper, quick


def test_defaults_are_the_papers():
    config = ProgressiveConfig(resolution=1024)
    assert [config.feature_maps(r) for r in config.resolutions] == [512, 512, 512, 512, 256, 128, 64, 32, 16]
    assert (config.latent_size, config.loss, config.ema_decay) == (512, "wgan-gp", 0.999)
    assert (config.adam_beta1, config.adam_beta2, config.adam_epsilon) == (0, 0.99, 1e-8)
    assert [config.at_resolution("batch_size", r) for r in config.resolutions] == [16] * 6 + [14, 6, 3]


def test_feature_maps_have_a_floor():
    config = ProgressiveConfig(resolution=256, fmap_base=512, fmap_max=64, fmap_min=16)
    assert [config.feature_maps(r) for r in config.resolutions] == [64, 64, 64, 32, 16, 16, 16]


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
        ({"loss": "lsgan", "penalty_interval": 4}, "`loss` lsgan has no penalty"),
        ({"batch_size": "4:16:8"}, "resolution:value pairs"),
        ({"batch_size": {8: 4}}, "begin with 4:value"),
        ({"batch_size": {4: 4, 5: 4}}, "resolution 5 is not a power of two"),
        ({"loss": "hinge-ish"}, "wgan-gp"),
        ({"loss": "lsgan", "penalty_weight": 1}, "`loss` lsgan has no penalty to weigh"),
        ({"straight_kimg": {4: 1, 64: 0}}, "the last phase needs images"),
        ({"adam_beta2": 1}, "less than 1"),
        ({"loss": "hinge", "penalty_weight": 1}, "`loss` hinge has no penalty to weigh"),
        ({"loss": "hinge", "penalty_weight": "4:1,64:0.5"}, "`penalty_weight` 4:1,64:0.5: `loss` hinge has no penalty"),
        ({"loss": "wgan", "final_penalty_weight": 0.5}, "`loss` wgan has no penalty to anneal; leave it at 1"),
        ({"penalty_weight": 0, "final_penalty_weight": 0.5}, "leaves no penalty to anneal; leave it at 1"),
        ({"final_learning_rate": 0}, "greater than 0"),
        ({"final_learning_rate": 1.5}, "less than or equal to 1"),
        ({"fmap_decay": 2000}, "less than or equal to 10"),
        ({"fmap_min": 600}, "`fmap_min` 600 is above `fmap_max` 512; lower it"),
        ({"penalty_weight": {64: 10}}, "begin with 4:value"),
        ({"penalty_weight": "4:1,64:-1"}, "greater than or equal to 0"),
        ({"label_weight": 2}, "the network has no labels without `conditional`; drop it"),
        ({"augmentation": "colour,blur"}, "'cutout'"),
        ({"augmentation": "flip,cutout,flip"}, "gives flip twice; give it once"),
        ({"augmentation": "bgc,hue"}, "hue is part of bgc; leave it out"),
        ({"augmentation": "saturation", "channels": 1}, "`augmentation` saturation: grey images have none"),
        ({"augmentation": "cutout,rotation"}, "`augmentation` rotation: applied to every image"),
        ({"augmentation": "bgc", "augmentation_probability": 1}, "`augmentation_probability` 0.8 or less"),
        ({"augmentation": "cutout", "augmentation_kimg": 7}, "there is no `augmentation_target`"),
        ({"augmentation_target": 0.6}, "there is no `augmentation` to apply"),
        ({"augmentation": "cutout", "augmentation_target": 0.6}, "the scores of `loss` wgan-gp float"),
        (
            {"loss": "hinge", "augmentation": "cutout", "augmentation_target": 0.6, "augmentation_probability": 1},
            "contradict each other",
        ),
        (
            {"loss": "non-saturating", "penalty_weight": 0, "penalty_interval": 8},
            "`penalty_interval` 8: `penalty_weight` 0 leaves no penalty to space out; leave it at 1",
        ),
        (
            {"penalty_weight": "4:0,64:0", "penalty_interval": 8},
            "`penalty_interval` 8: `penalty_weight` 0 leaves no penalty to space out; leave it at 1",
        ),
        (
            {"minibatch_discrimination": "none", "minibatch_stddev_group": 8},
            "`minibatch_stddev_group` 8: `minibatch_discrimination` none has no groups; leave it at 4",
        ),
        (
            {"batch_normalization_momentum": 0.5},
            "`batch_normalization_momentum` 0.5: there is no batch normalization; leave it at 0.9",
        ),
        ({"metrics_images": 10}, "`metrics_images` 10: there are no `metrics` to measure; leave it at 1024"),
        ({"resolution": 8, "metrics": "swd,ms_ssim"}, "`metrics` swd,ms_ssim: need `resolution` 16 or more, not 8"),
        ({"batch_size": "4:16,8:8,4:8"}, "gives a resolution twice; give each once"),
        ({"batch_size": "4:16,04:8"}, "gives a resolution twice; give each once"),
        ({"batch_size": "4:16,eight:8"}, "resolution:value pairs"),
        ({"fmap_max": 8, "fmap_min": 9}, "`fmap_min` 9 is above `fmap_max` 8; lower it"),
        ({"network": "dcgan"}, "`network` dcgan has no `growing`; drop it, or begin from `preset` dcgan"),
    ],
)
def test_wrong_and_contradictory_options_are_errors(options, message):
    with pytest.raises(ValidationError, match=message):
        ProgressiveConfig(**options)


@pytest.mark.parametrize("penalty_weight", [None, 2, "4:1,64:10"])
def test_a_config_survives_json(penalty_weight):
    config = ProgressiveConfig(batch_size="4:16,256:8", penalty_weight=penalty_weight)
    assert ProgressiveConfig.model_validate_json(config.model_dump_json()) == config


def test_an_option_by_resolution_may_have_no_value():
    assert ProgressiveConfig().at_resolution("penalty_weight", 64) is None
    config = ProgressiveConfig(penalty_weight="4:1,64:10", resolution=128)
    assert [config.at_resolution("penalty_weight", r) for r in config.resolutions] == [1, 1, 1, 1, 10, 10]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_say_how_to_run_them(name):
    preset = PRESETS[name]
    shown = "table-1-g" if name.startswith("table-1-") else name
    assert f"--preset {shown}" in getattr(preset, "func", preset).__doc__
    assert PRESETS[name]().straight_kimg


def test_dcgan_refuses_what_it_has_not():
    for option in ({"growing": True}, {"minibatch_discrimination": "stddev"}, {"generator_normalization": "pixel"}):
        with pytest.raises(ValidationError, match=f"`network` dcgan has no `{next(iter(option))}`"):
            ProgressiveConfig(**PRESETS["dcgan"]().model_dump() | option)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_refuse_what_would_have_no_effect_on_them(name):
    """Each of these has an effect on some presets and none on others."""
    preset = PRESETS[name]()
    penalized = preset.loss in ("wgan-gp", "non-saturating") and preset.penalty_weight != {4: 0}
    batches = "batch" in (preset.generator_normalization, preset.discriminator_normalization)
    for option, value, has_effect in (
        ("penalty_interval", 7, penalized),
        ("minibatch_stddev_group", 2, preset.minibatch_discrimination == "stddev"),
        ("batch_normalization_momentum", 0.7, batches),
        ("metrics", ("swd",), True),
        ("augmentation", ("cutout",), True),
        ("discriminator_steps", 2, True),
    ):
        options = preset.model_dump() | {option: value}
        if has_effect:
            assert getattr(ProgressiveConfig(**options), option) == value
        else:
            with pytest.raises(ValidationError, match=f"`{option}` {value}: "):
                ProgressiveConfig(**options)


@pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
@pytest.mark.parametrize(
    "option",
    [name for name, field in ProgressiveConfig.model_fields.items() if re.search(r"\bfloat\b", str(field.annotation))],
)
def test_no_number_is_infinite(option, value):
    with pytest.raises(ValidationError, match=r"finite number|greater than|less than"):
        ProgressiveConfig(**{option: value})


def test_augmentations_are_separated_by_commas():
    assert ProgressiveConfig(augmentation="colour,cutout").augmentation == ("colour", "cutout")


def test_every_augmentation_is_an_option():
    for name in ("bgc", *AUGMENTATIONS):
        assert ProgressiveConfig(augmentation=name, augmentation_probability=0.8).augmentation == (name,)
    assert get_args(AdaAugmentation) == BGC


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


LOSSES = get_args(ProgressiveConfig.model_fields["loss"].annotation)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("loss", LOSSES)
def test_any_loss_goes_with_any_preset(preset, loss):
    config, base = ProgressiveConfig.from_preset(preset, loss=loss), PRESETS[preset]()
    if loss == base.loss:
        assert config == base
    else:
        assert (config.penalty_weight, config.penalty_interval, config.drift_weight) == (None, 1, None)
        kept = set(ProgressiveConfig.model_fields) - {"loss", "penalty_weight", "penalty_interval", "drift_weight"}
        assert config.model_dump(include=kept) == base.model_dump(include=kept)


def test_quick_augments_few_photos():
    few = ProgressiveConfig.from_preset("quick", images=FEW_PHOTOS - 1, resolution=64)
    assert (few.augmentation, few.augmentation_target) == (("colour", "translation"), 0.3)
    as_before = {"augmentation": (), "augmentation_target": None, "resolution": 32}
    assert few.model_copy(update=as_before) == quick() == ProgressiveConfig.from_preset("quick", images=FEW_PHOTOS)
    assert ProgressiveConfig.from_preset("paper", images=10) == paper()


@pytest.mark.parametrize(
    "options",
    [
        {"channels": 1},
        {"augmentation": ()},
        {"augmentation": ("cutout",)},
        {"augmentation": ("bgc",), "augmentation_target": 0.6},
        {"loss": "wgan-gp"},
        {"loss": "relativistic"},
    ],
)
def test_quick_augments_only_where_nothing_else_is_asked_for(options):
    few = ProgressiveConfig.from_preset("quick", images=10, **options)
    assert few == ProgressiveConfig.from_preset("quick", **options)


def test_what_a_preset_says_of_the_replaced_is_dropped():
    assert ProgressiveConfig.from_preset("quick", penalty_weight=0).penalty_interval == 1
    assert ProgressiveConfig.from_preset("quick", fmap_max=8).feature_maps(4) == 8
    assert ProgressiveConfig.from_preset("quick", ema_decay=0).ema_rampup is None
    assert ProgressiveConfig.from_preset("paper", minibatch_discrimination="none").minibatch_stddev_group == 4
    options = {"generator_normalization": "none", "discriminator_normalization": "none"}
    assert ProgressiveConfig.from_preset("keras-bce", **options).batch_normalization_momentum == 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "hinge", "penalty_weight": 3}, "`loss` hinge has no penalty to weigh"),
        ({"penalty_weight": 0, "penalty_interval": 4}, "leaves no penalty to space out"),
        ({"network": "dcgan"}, "`network` dcgan has no `growing`"),
    ],
)
def test_what_is_given_beside_a_preset_must_not_contradict_itself(options, message):
    with pytest.raises(ValidationError, match=message):
        ProgressiveConfig.from_preset("quick", **options)


def test_dcgan_needs_a_convolution():
    with pytest.raises(ValidationError, match="`network` dcgan needs `resolution` 8 or more, not 4"):
        ProgressiveConfig.from_preset("dcgan", resolution=4, fmap_max=4)
