"""Measured values as text."""

import re
from collections.abc import Sequence

Result = dict[str, object]
"""What was measured, and its values, which are the floats."""


def lines(result: Result) -> list[str]:
    """A line for each value of one result.

    Args:
        result: of one generator.

    >>> lines({"images": 20, "swd_16": 12.5})
    ['swd_16                 12.500']
    """
    return [f"{name:<20} {value:>8.3f}" for name, value in _values(result).items()]


def rows(results: Sequence[Result]) -> list[str]:
    """A header and a line for each snapshot, without the distances at single resolutions, which not all have.

    Args:
        results: of snapshots, all of the same metrics.
    """
    names = [name for name in _values(results[0]) if not re.fullmatch(r"swd_\d+", name)]
    header = f"{'kimg':>10}  {'resolution':>10}" + "".join(f"  {name:>17}" for name in names)
    return [header] + [
        f"{result['images_shown'] / 1000:>10.1f}  {result['resolution']:>10}"
        + "".join(f"  {result[name]:>17.3f}" for name in names)
        for result in results
    ]


def _values(result: Result) -> dict[str, float]:
    return {name: value for name, value in result.items() if isinstance(value, float)}
