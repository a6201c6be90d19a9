"""One margin for a whole set: as much around the faces as most of the photos show."""

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from preprocessing.config import TIGHTEST, CropConfig
from preprocessing.judge import Judge
from preprocessing.square import Square, part_outside

STEPS = 100  # margins to 1
MOST = 0.3  # shows hair and some background
INSIDE = 0.95  # of a square
FACES = 0.9  # of all


@dataclass(frozen=True)
class Margin:
    """A margin for all faces.

    Args:
        value: added to the face, in face sides.
        reason: why it is this one, to follow "margin 0.12: ".
    """

    value: float
    reason: str


def margins(align: bool) -> list[float]:
    """The margins among which `auto` chooses, the smallest first.

    Args:
        align: whether squares are turned as the faces are; without it, none cuts into the face's box.
    """
    smallest = TIGHTEST if align else 0
    return [step / STEPS for step in range(round(smallest * STEPS), round(MOST * STEPS) + 1)]


def room(square: Square, extent: tuple[int, int], align: bool) -> float:
    """The largest of `margins` at which a photo shows 95 % of a face's square; -infinity if there is none.

    The part outside grows with the margin, since the squares are concentric.

    Args:
        square: of the face, without a margin.
        extent: width and height of the photo, in the pixels of the square.
        align: as for `margins`.
    """
    tried = margins(align)
    fitting = bisect_left(tried, True, key=lambda margin: part_outside(square.grown(margin), extent) > 1 - INSIDE)
    return tried[fitting - 1] if fitting else -np.inf


def choose_margin(faces: dict[str, np.ndarray], config: CropConfig) -> Margin:
    """The largest of `margins` with which nine of ten faces keep at least 95 % of their square inside the photo.

    Only those faces count that would be cut out with it: they are large enough, and those that `--faces` asks for.

    Args:
        faces: by name, arrays with a row for each sure face: `sources`, `sides` at margin 0 and `rooms`, as in a chunk;
            of a photo's faces, the largest first.
        config: every option.

    Returns:
        The smallest of `margins` if there is no such margin.
    """
    judge = Judge(config)
    _, photos = np.unique(faces["sources"], return_inverse=True)
    tried = margins(config.align)
    for margin in reversed(tried):
        chosen = judge.chosen(faces["sides"] * (1 + margin), photos)
        if not chosen.any():
            return Margin(margin, "there is no face to choose it by")
        share = (faces["rooms"][chosen] >= margin).mean()
        if share >= FACES:
            break
    keep = f"keep at least {INSIDE:.0%} of their square inside the photo"
    percent = math.floor(100 * share)  # so that too few are not rounded up to enough
    if share < FACES:
        return Margin(margin, f"the smallest that auto chooses; even there only {percent}% of the faces {keep}")
    if margin == MOST:
        return Margin(margin, f"the largest that auto chooses; {percent}% of the faces {keep}")
    return Margin(margin, f"the largest with which nine of ten faces {keep}")
