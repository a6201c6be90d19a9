"""Runs side by side on one picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pgkeras.evaluation.contest import SHOWN, Standing
from pgkeras.evaluation.titles import TITLES, beginning
from pgkeras.files.atomic import atomic_path
from pgkeras.images import grid

INCHES = 10.0


def draw(standings: Sequence[Standing], real: np.ndarray, metric: str, path: Path) -> None:
    """Draws a metric over the minutes of training, and below it samples of each run beside real images.

    Args:
        standings: of the runs.
        real: uint8 (10, side, side, channels).
        metric: the name of the curves' values.
        path: of the .png.
    """
    strips = [("real", real), *((each.contender.name, each.samples) for each in standings)]
    strip_height = INCHES / SHOWN + 0.3
    figure = Figure((INCHES, 4 + strip_height * len(strips)), layout="constrained")
    FigureCanvasAgg(figure)
    curves, *rows = figure.subplots(1 + len(strips), 1, height_ratios=[4, *[strip_height] * len(strips)])
    lines = [curves.plot(*zip(*standing.curve, strict=True), marker="o")[0] for standing in standings]
    title, note = TITLES[beginning(metric)]
    curves.set(xlabel="minutes of training steps", ylabel=title, xlim=(0, None))
    curves.set_title(note, loc="left", fontsize=10)
    curves.grid(alpha=0.3)
    # Texts are set afterwards: a run's name may begin with _, which hides a label, or hold a $, which begins a formula.
    for text, standing in zip(curves.legend(lines, map(str, range(len(lines)))).get_texts(), standings, strict=True):
        text.set(text=f"{standing.contender.name}: {standing.values[metric]:.4g}", parse_math=False)
    for row, (name, images) in zip(rows, strips, strict=True):
        row.imshow(grid(images, SHOWN).squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        row.set_title(name, loc="left", fontsize=10, parse_math=False)
        row.axis("off")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=128)
