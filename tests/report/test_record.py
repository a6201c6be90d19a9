"""What is read from a run's folder, whatever its state."""

import pytest

from pgkeras.report.record import read_record
from tests.report.written_run import append, new_run, written_run


def test_an_empty_run(tmp_path):
    record = read_record(new_run(tmp_path))
    assert (record.images_shown, record.finished, record.seconds, record.seconds_left) == (0, False, 0, None)


def test_how_far_a_run_has_come(tmp_path):
    record = read_record(written_run(tmp_path, until=2_700))
    assert (record.images_shown, record.finished, record.seconds, record.seconds_left) == (2_700, False, 270, 230)
    assert record.schedule.before(2_700).phase.name == "8x8 straight"


def test_a_finished_run(tmp_path):
    record = read_record(written_run(tmp_path))
    assert (record.images_shown, record.finished, record.seconds_left) == (5_000, True, 0)
    assert record.schedule.before(5_000).phase.name == "16x16 straight"


def test_a_line_that_is_just_being_written_is_left_out(tmp_path):
    folder = written_run(tmp_path, until=700)
    with folder.statistics.open("a") as file:
        file.write('{"images_shown": 80')
    assert read_record(folder).images_shown == 700


def test_a_snapshot_at_the_end_of_a_phase_belongs_to_it(tmp_path):
    """The last step of 4x4 begins on the boundary."""
    record = read_record(new_run(tmp_path))
    names = [record.schedule.before(shown).phase.name for shown in (1_000, 1_010, 1_020)]
    assert names == ["4x4 straight", "4x4 straight", "8x8 fade-in"]


@pytest.mark.parametrize(
    ("images_shown", "factor"),
    [(0, 1), (999, 1), (1_000, 0.25), (1_999, 0.25), (2_000, 0.25), (3_000, 0.125), (5_000, 0.125)],
)
def test_learning_rates_are_those_after_the_last_rollback_that_went_back_before(tmp_path, images_shown, factor):
    """First back to 2,000; from there at half the rate; then back to 1,000, so that all from there on was a quarter."""
    folder = new_run(tmp_path)
    for back_to in (2_000, 1_000, 3_000, None):
        append(folder.rollbacks, {"images_shown": 4_000, "trouble": "it failed", "back_to": back_to})
    record = read_record(folder)
    assert record.went_back_to == [2_000, 1_000, 3_000]
    assert record.learning_rate_factor(images_shown) == factor
