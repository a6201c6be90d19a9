"""Histograms, drawn by Matplotlib."""

import io
import re

import markupsafe
import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from preprocessing.report.summary import Histogram

BARS = 30
SIZE = (4.2, 2.5)  # inches of 72 units
# Stand for the page's own colours, which change with its colour scheme.
COLOURS = {"#0000f1": "--kept", "#0000f2": "--quiet", "#0000f3": "--ink", "#0000f4": "--threshold", "#0000f5": "--line"}
KEPT, QUIET, INK, THRESHOLD, LINE = COLOURS
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pgkeras",
    "font.size": 13,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "ytick.major.size": 0,
    "axes.axisbelow": True,
    "grid.color": LINE,
}


def draw(histogram: Histogram) -> Figure | None:
    """Draws a histogram, its median, and the threshold with the option that sets it.

    Args:
        histogram: what to draw.

    Returns:
        The drawing, or None if there are no values.
    """
    values = measured(histogram)
    if not len(values):
        return None
    median = float(np.median(values))
    logarithmic = histogram.logarithmic and values.max() > 0
    if logarithmic:
        values = np.maximum(values, values[values > 0].min())
    drawn = histogram.threshold is not None and (histogram.threshold > 0 or not logarithmic)
    with mpl.rc_context(STYLE):
        figure = Figure(SIZE, layout="constrained")
        axes = figure.add_subplot()
        edges = _edges([*values, histogram.threshold] if drawn else values, logarithmic)
        axes.hist(values.clip(edges[0], edges[-1]), edges, color=KEPT, alpha=0.75)
        if logarithmic:
            axes.set_xscale("log")
            wide = edges[-1] / edges[0] > 100
            axes.xaxis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5), numticks=10))
            axes.xaxis.minorticks_off()
        else:
            axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.grid(axis="y")
        _mark(axes, max(median, edges[0]), f"median {median:,.4g}", INK, 1.02)
        if drawn:
            text = f"{histogram.option} {histogram.threshold:,g}"
            _mark(axes, histogram.threshold, text, THRESHOLD, 1.16, linestyle="--")
    return figure


def measured(histogram: Histogram) -> np.ndarray:
    """The values that are numbers, float64 (number,).

    Args:
        histogram: of them.
    """
    values = np.asarray(histogram.values, np.float64).ravel()
    return values[np.isfinite(values)]


def svg(figure: Figure) -> markupsafe.Markup:
    """A drawing as part of a page, in the page's colours; the same drawing gives the same text.

    Args:
        figure: from `draw`.
    """
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r' width="[\d.]+pt" height="[\d.]+pt"', "", drawing, count=1)
    for colour, variable in COLOURS.items():
        drawing = drawing.replace(colour, f"var({variable})")
    return markupsafe.Markup(drawing)


def _edges(values: np.ndarray | list[float], logarithmic: bool) -> np.ndarray:
    """The bounds of bars that are equally wide on the axis."""
    low, high = float(min(values)), float(max(values))
    if high - low <= 1e-6 * max(abs(low), abs(high)):  # all alike: one bar in the middle
        low, high = low - (0.1 * abs(low) or 1), high + (0.1 * abs(high) or 1)
    return np.geomspace(low, high, BARS + 1) if logarithmic else np.linspace(low, high, BARS + 1)


def _mark(axes: mpl.axes.Axes, value: float, text: str, colour: str, height: float, **line: str) -> None:
    """A line across the bars, its label above them, on the side where there is more room."""
    axes.axvline(value, color=colour, linewidth=1.2, **line)
    left, right = axes.transData.inverted().transform(axes.transAxes.transform([(0, 0), (1, 0)]))[:, 0]
    middle = np.sqrt(left * right) if axes.get_xscale() == "log" else (left + right) / 2
    alignment = "left" if value < middle else "right"
    axes.text(value, height, text, color=colour, ha=alignment, transform=axes.get_xaxis_transform())
