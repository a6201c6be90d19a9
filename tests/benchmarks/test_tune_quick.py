"""Runs that the tuning finds: taken if they are of their configuration, resumed if they are unfinished."""

from pathlib import Path

import pytest

from benchmarks import tune_quick
from benchmarks.tune_quick import BASE, HOLDOUT
from pgkeras import ProgressiveConfig, UserError
from pgkeras.files.json_lines import append_line
from pgkeras.training import plan
from tests.report.written_run import new_run


@pytest.fixture
def trained(monkeypatch) -> list[tuple[str, ...]]:
    """What would have been trained."""
    calls = []
    monkeypatch.setattr(tune_quick, "_train", lambda *arguments: calls.append(arguments))
    return calls


def run_in(folder: Path, images_shown: int, **changes: object) -> Path:
    config = ProgressiveConfig(**BASE | {"resolution": 16, "seed": 1, "holdout": HOLDOUT} | changes)
    (folder / "seed1").mkdir(parents=True)
    run = new_run(folder / "seed1", plan.scaled_to(config, plan.factor_for_kimg(config, 4)))
    append_line(run.statistics, {"images_shown": images_shown})
    return run.path


def test_a_finished_run_is_taken(tmp_path, trained):
    run = run_in(tmp_path, 4000)
    assert tune_quick._trained("before", 1, 16, tmp_path / "faces.npz", tmp_path) == run
    assert trained == []


def test_an_unfinished_run_is_resumed(tmp_path, trained):
    run = run_in(tmp_path, 3900)
    tune_quick._trained("before", 1, 16, tmp_path / "faces.npz", tmp_path)
    assert trained == [(str(tmp_path / "faces.npz"), "--resume", str(run))]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"penalty_weight": 10}, r"--penalty-weight \[10.0, 10.0, 10.0\] instead of \[1.0, 1.0, 1.0\]"),
        ({"seed": 2}, "--seed 2 instead of 1"),
        ({"straight_kimg": 6}, "--(straight|fade-in)-kimg"),
    ],
)
def test_a_run_of_another_configuration_is_refused(tmp_path, trained, changes, words):
    run = run_in(tmp_path, 4000, **changes)
    with pytest.raises(UserError, match=f"{run}: has {words}"):
        tune_quick._trained("before", 1, 16, tmp_path / "faces.npz", tmp_path)


def test_the_chosen_configuration_is_the_preset():
    assert ProgressiveConfig(**BASE | tune_quick.PRESET | {"resolution": 32}) == ProgressiveConfig.from_preset("quick")
