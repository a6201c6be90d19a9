"""The schedule against the official one and against hand-computed positions."""

import csv

import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule

# The official presets' options (config.py of the official repository), in this project's terms.
OFFICIAL = {
    "preset-v1-1gpu": {"straight_kimg": 800, "fade_in_kimg": 800, "batch_size": "4:16,256:14,512:6,1024:3"},
    "preset-v2-1gpu": {
        "straight_kimg": 600,
        "fade_in_kimg": 600,
        "batch_size": "4:128,32:64,64:32,128:16,256:8,512:4",
        "generator_learning_rate": "4:0.001,1024:0.0015",
        "discriminator_learning_rate": "4:0.001,1024:0.0015",
    },
    "preset-v2-8gpus": {
        "straight_kimg": "4:600,1024:2400",  # total_kimg is 12000
        "fade_in_kimg": 600,
        "batch_size": "4:512,8:256,16:128,32:64,64:32",
        "generator_learning_rate": "4:0.001,128:0.0015,256:0.002,512:0.003",
        "discriminator_learning_rate": "4:0.001,128:0.0015,256:0.002,512:0.003",
    },
}


@pytest.mark.parametrize("preset", OFFICIAL)
def test_agrees_with_the_official_schedule_on_every_row(reference, preset):
    schedule = Schedule.from_config(ProgressiveConfig(resolution=1024, **OFFICIAL[preset]))
    with (reference / "schedule.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["preset"] == preset]
    assert len(rows) > 150
    for row in rows:
        position = schedule.at(int(row["images"]))
        # The official level of detail: 0 at 1024x1024, plus what has not yet faded in.
        lod = 10 - (position.resolution.bit_length() - 1) + (1 - position.alpha)
        assert position.resolution == int(row["resolution"]), row
        assert lod == pytest.approx(float(row["lod"]), abs=1e-6), row
        assert position.batch_size == int(row["minibatch"]), row
        assert position.generator_learning_rate == pytest.approx(float(row["generator_lr"])), row
        assert position.discriminator_learning_rate == pytest.approx(float(row["discriminator_lr"])), row


@pytest.mark.parametrize(("ours", "official"), [("paper", "preset-v1-1gpu"), ("paper-8-gpus", "preset-v2-8gpus")])
def test_the_papers_presets_have_the_official_schedules(ours, official):
    expected = ProgressiveConfig(resolution=1024, **OFFICIAL[official])
    assert Schedule.from_config(PRESETS[ours]()) == Schedule.from_config(expected)


def small(**options) -> Schedule:
    return Schedule.from_config(
        ProgressiveConfig(resolution=16, **{"straight_kimg": 1, "fade_in_kimg": 2, "batch_size": 10} | options)
    )


def test_phases_alternate():
    names = [phase.name for phase in small().phases]
    assert names == ["4x4 straight", "8x8 fade-in", "8x8 straight", "16x16 fade-in", "16x16 straight"]
    assert small().images == 7000


@pytest.mark.parametrize(
    ("images_shown", "resolution", "alpha"),
    [(0, 4, 1), (999, 4, 1), (1000, 4, 1), (1500, 8, 0.25), (3000, 8, 1), (4000, 8, 1), (5000, 16, 0.5), (9999, 16, 1)],
)
def test_position_by_hand(images_shown, resolution, alpha):
    position = small().at(images_shown)
    assert (position.resolution, position.alpha) == (resolution, alpha)


@pytest.mark.parametrize("batch_size", [1, 7, 10, 16, 999, 1000])
def test_steps_left_counts_the_steps_to_the_next_phase(batch_size):
    schedule = small(batch_size=batch_size)
    shown = 0
    while shown < schedule.images:
        index, steps = schedule.at(shown).index, schedule.steps_left(shown)
        assert steps >= 1
        inside = [schedule.at(shown + step * batch_size).index for step in range(steps)]
        assert set(inside) == {index}
        shown += steps * batch_size
        assert schedule.at(shown).index != index or shown >= schedule.images
    assert schedule.steps_left(shown) == 0


def test_rates_and_penalty_weight_fall_along_a_cosine_over_the_last_phase():
    """16x16 straight lasts from 6,000 to 7,000: all of it is left at its start, half of what goes in its middle."""
    schedule = small(final_learning_rate=0.1, final_penalty_weight=0.5, discriminator_learning_rate=0.002)
    for shown, rate, penalty in ((0, 1, 1), (5999, 1, 1), (6001, 1, 1), (6500, 0.55, 0.75), (7000, 0.1, 0.5)):
        position = schedule.at(shown)
        assert position.generator_learning_rate == pytest.approx(0.001 * rate, rel=1e-3)
        assert position.discriminator_learning_rate == pytest.approx(0.002 * rate, rel=1e-3)
        assert position.penalty_factor == pytest.approx(penalty, rel=1e-3)
    assert schedule.at(8000) == schedule.at(7000)


def test_the_averages_half_life_grows_with_the_images_shown_at_a_resolution():
    """8x8 begins at 1,000 images and 16x16 at 4,000. 0.99 per 16 images has a half-life of 1,103 images."""
    schedule = small(ema_decay=0.99, ema_rampup=0.5)
    for shown, half_life in ((80, 40), (1000, 500), (1500, 250), (3000, 1000), (4001, 0.5), (6000, 1000)):
        assert schedule.at(shown).ema_decay ** (half_life / 16) == pytest.approx(0.5)
    assert [schedule.at(shown).ema_decay for shown in (0, 3500, 6500, 9000)] == [0.0, 0.99, 0.99, 0.99]
    assert small(ema_decay=0.99).at(0).ema_decay == 0.99


def test_phases_without_images_are_left_out():
    schedule = small(fade_in_kimg=0)
    assert [phase.name for phase in schedule.phases] == ["4x4 straight", "8x8 straight", "16x16 straight"]
    assert schedule.at(1000).resolution == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"straight_kimg": {4: 1, 8: 0.009, 16: 1}}, "8x8 straight shows 9 images, and needs 10 or more for one step"),
        ({"straight_kimg": {4: 1, 8: 0.0004, 16: 1}}, "8x8 straight shows 0 images, and needs 10 or more for one step"),
        ({"fade_in_kimg": 0.015, "discriminator_steps": 2}, "8x8 fade-in shows 15 images, and needs 21 or more"),
        ({"growing": False, "straight_kimg": 0.002, "fade_in_kimg": 0.001}, "16x16 straight shows 8 images, and needs"),
    ],
)
def test_a_phase_shorter_than_a_step_is_refused(options, message):
    with pytest.raises(UserError, match=message):
        small(**options)


@pytest.mark.parametrize("batch_sizes", [(4, 4), (5, 3), (3, 5), (1, 1)])
@pytest.mark.parametrize("straight", range(1, 12))
def test_every_phase_of_a_schedule_that_is_not_refused_has_a_step(batch_sizes, straight):
    """A fade-in must be longer than a step of the phase before: one from its very end would step over it."""
    refused = 0
    for fade_in in range(1, 12):
        try:
            schedule = small(
                batch_size=dict(zip((4, 8), batch_sizes, strict=True)),
                straight_kimg=straight / 1000,
                fade_in_kimg=fade_in / 1000,
            )
        except UserError:
            refused += 1
            continue
        shown, seen = 0, set()
        while shown < schedule.images:
            position = schedule.at(shown)
            seen.add(position.index)
            shown += position.phase.images_per_step
        assert seen == set(range(5))
    assert refused == (11 if straight < max(batch_sizes) else max(batch_sizes))


def test_a_phase_falls_into_equal_parts():
    schedule = small()
    parts = [schedule.part(shown, 4) for shown in (0, 249, 250, 999, 1000, 1001, 1500)]
    assert parts == [(0, 0), (0, 0), (0, 1), (0, 3), (0, 3), (1, 0), (1, 1)]
    assert [schedule.part(shown, 4) for shown in (6999, 7000)] == [(4, 3), (4, 4)]


def test_negative_positions_are_refused():
    with pytest.raises(ValueError, match="received -1"):
        small().at(-1)


@pytest.mark.parametrize("batch_sizes", [(4, 4), (7, 3), (3, 7)])
def test_where_a_step_began(batch_sizes):
    """Against a walk through the schedule, step by step: the last step of a phase leads over its end."""
    schedule = small(batch_size=dict(zip((4, 8), batch_sizes, strict=True)), straight_kimg=0.05, fade_in_kimg=0.02)
    shown = 0
    while shown < schedule.images:
        began = schedule.at(shown)
        shown += began.phase.images_per_step
        assert schedule.before(shown) == began
