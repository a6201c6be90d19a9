"""The schedule as a picture."""

import pytest

from pgkeras import ProgressiveConfig
from pgkeras.presets import PRESETS
from pgkeras.report.plots import NARROW, draw_schedule
from pgkeras.report.record import read_record
from tests.report.written_run import append, new_run, written_run


def corners(axes) -> list[tuple[float, float]]:
    x, y = axes.lines[0].get_data()
    return list(zip(map(float, x), map(float, y), strict=True))


def test_it_shows_resolution_alpha_batch_size_and_learning_rates(tmp_path):
    config = ProgressiveConfig(
        resolution=8,
        straight_kimg=1,
        fade_in_kimg=2,
        batch_size={4: 16, 8: 8},
        generator_learning_rate={4: 0.001, 8: 0.002},
    )
    resolution, alpha, batch, rates = draw_schedule(read_record(new_run(tmp_path, config)), NARROW).axes
    assert corners(resolution) == [(0, 2), (1_000, 3), (3_000, 3), (4_000, 3)]
    assert corners(alpha) == [(0, 1), (1_000, 1), (1_000, 0), (3_000, 1), (3_000, 1), (4_000, 1)]
    assert corners(batch) == [(0, 16), (1_000, 8), (3_000, 8), (4_000, 8)]
    assert corners(rates) == [(0, 0.001), (1_000, 0.002), (3_000, 0.002), (4_000, 0.002)]
    assert [text.get_text() for text in rates.get_legend().get_texts()] == ["generator", "discriminator"]
    assert [(patch.get_x(), patch.get_width()) for patch in batch.patches] == [(1_000, 2_000)]


@pytest.mark.parametrize(
    ("batch_size", "ticks"), [(16, ["16", "0"]), ({4: 48, 8: 24}, ["48", "24", "0"]), ({4: 16, 8: 14}, ["16", "0"])]
)
def test_ticks_are_at_the_values(tmp_path, batch_size, ticks):
    config = ProgressiveConfig(resolution=8, straight_kimg=1, fade_in_kimg=1, batch_size=batch_size)
    _, _, batch, rates = draw_schedule(read_record(new_run(tmp_path, config)), NARROW).axes
    assert [label.get_text() for label in batch.get_yticklabels()] == ticks
    assert batch.get_yticks().tolist() == [float(tick) for tick in ticks]
    assert [label.get_text() for label in rates.get_yticklabels()] == ["0.001", "0"]


def test_learning_rates_fall_along_a_cosine(tmp_path):
    """From 4,000 to 5,000 images to a tenth; half of what goes is gone in the middle. Ticks leave the curve alone."""
    config = ProgressiveConfig(resolution=8, straight_kimg=1, fade_in_kimg=3, final_learning_rate=0.1)
    rates = draw_schedule(read_record(new_run(tmp_path, config)), NARROW).axes[3]
    curve = dict(corners(rates))
    assert (curve[0], curve[4_000]) == pytest.approx((0.001, 0.001), rel=1e-3)
    assert curve[5_000] == pytest.approx(0.0001)
    middle = [rate for shown, rate in curve.items() if 4_450 < shown < 4_550]
    assert all(0.0004 < rate < 0.0007 for rate in middle)
    assert len(middle) > 2
    assert [label.get_text() for label in rates.get_yticklabels()] == ["0.001", "0"]


def test_learning_rates_are_those_after_rollbacks(tmp_path):
    folder = new_run(tmp_path)
    append(folder.rollbacks, {"images_shown": 1_500, "trouble": "it failed", "back_to": 1_200})
    rates = draw_schedule(read_record(folder), NARROW).axes[3]
    assert corners(rates)[:4] == [(0, 0.001), (1_000, 0.001), (1_200, 0.0005), (2_000, 0.0005)]


@pytest.mark.parametrize(("until", "lines"), [(2_700, [2_700]), (5_000, [])])
def test_a_line_shows_how_far_training_has_come(tmp_path, until, lines):
    batch = draw_schedule(read_record(written_run(tmp_path, until=until)), NARROW).axes[2]
    assert [line.get_xdata()[0] for line in batch.lines[1:]] == lines


@pytest.mark.parametrize("preset", ["dcgan", "paper", "paper-8-gpus"])
def test_other_schedules(tmp_path, preset):
    """One phase, and seventeen of nine resolutions."""
    record = read_record(new_run(tmp_path, PRESETS[preset]()))
    resolution = draw_schedule(record, NARROW).axes[0]
    assert len(corners(resolution)) == len(record.schedule.phases) + 1
    assert len(resolution.get_yticks()) <= 4
