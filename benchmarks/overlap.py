"""How alike two boxes are."""

from collections.abc import Sequence


def overlap(one: Sequence[float], two: Sequence[float]) -> float:
    """Intersection over union.

    Args:
        one: x, y, width, height.
        two: likewise.
    """
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (one[2] * one[3] + two[2] * two[3] - shared)
