"""The table that configurations are chosen by."""

import numpy as np
import pytest

from benchmarks.tuning_results import COLUMNS, FLOOR, Results, difference
from pgkeras.errors import UserError

SAMPLES = np.zeros((4, 16, 16, 3), np.uint8)


@pytest.mark.parametrize(
    ("values", "base", "expected"),
    [
        ([7.0, 9.0, 11.0], [1.0, 3.0, 5.0], 6.0),  # the standard error is (4 / 3 + 4 / 3)^½, 1.63, of which 3 are 4.90
        ([5.8, 7.8, 9.8], [1.0, 3.0, 5.0], None),
        ([1.0, 1.0], [2.0, 2.0], -1.0),
        ([2.0, 2.0], [2.0, 2.0], 0.0),
    ],
)
def test_a_difference_within_the_spread_is_none(values, base, expected):
    assert difference(values, base) == expected


def add(results: Results, name: str, seed: int, value: float) -> None:
    results.add(name, seed, {"kimg": 300.0} | dict.fromkeys(COLUMNS, value), SAMPLES)


def cells(results: Results) -> dict[str, list[str]]:
    """The second column of values, precision, and what is before and after, by configuration."""
    lines = (results.folder / "results.md").read_text().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][2:]
    return {row[0]: [row[1], row[4], row[-1]] for row in rows}


def test_means_spreads_and_differences(tmp_path):
    results = Results(tmp_path)
    add(results, FLOOR, 0, 0.75)
    for name, values in (("today", (0.2, 0.3, 0.4)), ("R1 0.1", (0.6, 0.7, 0.8)), ("slow", (0.3, 0.4, 0.5))):
        for seed, value in enumerate(values):
            add(results, name, seed, value)
    assert cells(results) == {
        FLOOR: ["1", "0.750", "![samples](photos.png)"],
        "today": ["3", "0.300 ± 0.100", "![samples](today.png)"],
        "R1 0.1": ["3", "0.700 ± 0.100 (+0.400)", "![samples](r1_0_1.png)"],
        "slow": ["3", "0.400 ± 0.100 (none)", "![samples](slow.png)"],
    }
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["photos.png", "r1_0_1.png", "slow.png", "today.png"]
    assert (results.has("slow", 2), results.has("slow", 3), results.has("fast", 0)) == (True, False, False)


def test_one_seed_has_no_spread(tmp_path):
    results = Results(tmp_path)
    for name in ("today", "R1 0.1"):
        add(results, name, 0, 0.5)
    assert [row[1] for row in cells(results).values()] == ["0.500", "0.500"]


def test_results_of_an_earlier_version_are_refused(tmp_path):
    (tmp_path / "results.jsonl").write_text('{"name": "today", "swd_average": 20.0}\n')
    with pytest.raises(UserError, match="without seeds, by an earlier version; give other --results"):
        Results(tmp_path).has("today", 0)
