"""Histograms, drawn by Matplotlib."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from pgkeras.page.drawing import INK, MARK, SERIES, STYLE
from preprocessing.report.summary import Histogram

BARS = 30
SIZE = (4.2, 2.5)  # inches of 72 units


def draw(histogram: Histogram) -> Figure:
    """Draws a histogram, its median, and the threshold with the option that sets it.

    Args:
        histogram: what to draw, with one value that is a number at least.
    """
    values = measured(histogram)
    median = float(np.median(values))
    logarithmic = histogram.logarithmic and values.max() > 0
    if logarithmic:
        values = np.maximum(values, values[values > 0].min())
    drawn = histogram.threshold is not None and (histogram.threshold > 0 or not logarithmic)
    with mpl.rc_context(STYLE):
        figure = Figure(SIZE, layout="constrained")
        axes = figure.add_subplot()
        edges = _edges([*values, histogram.threshold] if drawn else values, logarithmic)
        axes.hist(values.clip(edges[0], edges[-1]), edges, color=SERIES[0], alpha=0.75)
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
        _mark(axes, max(median, edges[0]), f"median {in_digits(median)}", INK, 1.02)
        if drawn:
            text = f"{histogram.option} {histogram.threshold:,g}"
            _mark(axes, histogram.threshold, text, MARK, 1.16, linestyle="--")
    return figure


def in_digits(value: float) -> str:
    """A measure as people write it: four digits, at most four of them decimals.

    Args:
        value: of any size.

    >>> in_digits(1234.567), in_digits(61.3849), in_digits(0.0123456), in_digits(9.7e-9)
    ('1,235', '61.38', '0.0123', '0')
    """
    return f"{round(value, 4):,.4g}"


def measured(histogram: Histogram) -> np.ndarray:
    """The values that are numbers, float64 (number,).

    Args:
        histogram: of them.
    """
    values = np.asarray(histogram.values, np.float64).ravel()
    return values[np.isfinite(values)]


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
