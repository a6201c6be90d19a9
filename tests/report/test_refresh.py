"""When training writes its report."""

from types import SimpleNamespace

import pytest

from pgkeras import UserError
from pgkeras.schedule import Schedule
from pgkeras.training.callbacks import Report, Snapshots
from pgkeras.training.callbacks import report as module
from pgkeras.training.state import Progress
from tests.report.written_run import CONFIG, new_run


class Clock:
    """Time passes by itself only in steps and pages."""

    def __init__(self, seconds_per_page: float) -> None:
        self.now = 1_000.0
        self.seconds_per_page = seconds_per_page
        self.pages = []

    def monotonic(self) -> float:
        return self.now

    def write_report(self, folder) -> None:
        self.now += self.seconds_per_page
        self.pages.append(self.now)


@pytest.fixture
def train(tmp_path, monkeypatch):
    """Trains 500 steps, of so many seconds each, with 20 snapshots."""

    def run(seconds_per_step: float, seconds_per_page: float) -> Clock:
        clock = Clock(seconds_per_page)
        monkeypatch.setattr(module, "time", clock)
        monkeypatch.setattr(module, "write_report", clock.write_report)
        progress = Progress()
        report = Report(new_run(tmp_path))
        snapshots = Snapshots(Schedule.from_config(CONFIG), progress, snapshots_per_phase=4, writers=[report])
        snapshots.phase_begins(SimpleNamespace(ema_generator=None))
        with report.written_at_the_end():
            while progress.images_shown < 5_000:
                snapshots.before_step()
                progress.images_shown += 10
                clock.now += seconds_per_step
                snapshots.after_step({})
        return clock

    return run


def test_at_every_snapshot_of_a_slow_run(train):
    """One every 25 steps of 10 seconds, and one at the end."""
    assert len(train(10, seconds_per_page=1).pages) == 20 + 1


def test_only_at_the_end_of_a_quick_one(train):
    assert len(train(0.1, seconds_per_page=1).pages) == 1


@pytest.mark.parametrize("seconds_per_page", [3, 10, 30])
def test_never_more_than_a_fiftieth_of_the_time(train, seconds_per_page):
    clock = train(1, seconds_per_page)
    during = clock.pages[:-1]
    assert 1 <= len(during) < 20
    for number, end in enumerate(during[1:], start=2):
        assert number * seconds_per_page <= 0.02 * (end - 1_000) + 1e-9


def test_a_run_that_is_given_up_is_reported(tmp_path, monkeypatch):
    clock = Clock(1)
    monkeypatch.setattr(module, "write_report", clock.write_report)
    report = Report(new_run(tmp_path))
    with pytest.raises(UserError), report.written_at_the_end():
        raise UserError("3 times did not help")
    assert len(clock.pages) == 1
