"""Charts and the schedule, drawn by Matplotlib: fades shaded, rollbacks marked."""

from collections.abc import Callable, Iterable, Iterator

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pgkeras.page.drawing import INK, MARK, QUIET, SERIES, SHADE, STYLE
from pgkeras.report.charts import Chart
from pgkeras.report.numbers import kilo
from pgkeras.report.record import Record
from pgkeras.schedule import Phase

# Widths of a drawing on a phone and on a desktop, in inches of 72 units.
NARROW = 4.2
WIDE = 13.0
HEIGHT = 2.7
SCHEDULE_HEIGHT = 5.2
# Values so far outside of most others' range leave the drawing.
OUTLIERS = 4.0
# Between ticks, as part of the largest value.
TICK_DISTANCE = 0.35
# Points of a learning rate that falls.
FALLING = 50


def draw_chart(chart: Chart, record: Record) -> Figure:
    """Draws a chart's curves.

    Args:
        chart: what to draw.
        record: of the run; says where the fades and rollbacks are.
    """
    with mpl.rc_context(STYLE):
        figure = Figure((NARROW, HEIGHT), layout="constrained")
        axes = figure.add_subplot()
        for number, curve in enumerate(chart.curves):
            axes.plot(
                curve.images_shown,
                curve.values,
                color=SERIES[number % len(SERIES)],
                label=curve.name,
                linewidth=1.6,
                marker="o" if chart.marked or len(curve.values) == 1 else None,
                markersize=4,
            )
        axes.set_ylim(*_range(np.concatenate([curve.values for curve in chart.curves])))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        _finish(axes, record)
        if len(chart.curves) > 1:
            _legend(axes, columns=min(len(chart.curves), 4))
    return figure


def draw_schedule(record: Record, width: float) -> Figure:
    """Draws resolution, alpha, batch size and learning rates of the whole run, and how far it has come.

    Args:
        record: of the run.
        width: in inches.
    """
    config = record.description.config
    with mpl.rc_context(STYLE):
        figure = Figure((width, SCHEDULE_HEIGHT), layout="constrained")
        resolution, alpha, batch, rates = figure.subplots(4, sharex=True)
        _plot(resolution, record, lambda phase: np.log2(phase.resolution))
        sides = sorted({phase.resolution for phase in record.schedule.phases})
        sides = sides[:: -(-len(sides) // 4)]
        resolution.set_yticks(np.log2(sides), [f"{side}×{side}" for side in sides])
        alpha.plot(*_alphas(record), color=SERIES[0], linewidth=1.6)
        alpha.set_yticks([0, 1])
        alpha.set_ylim(-0.1, 1.1)
        _plot(batch, record, lambda phase: phase.batch_size)
        _from_zero(batch, [phase.batch_size for phase in record.schedule.phases])
        both = config.generator_learning_rate == config.discriminator_learning_rate
        curves = {"both": "generator"} if both else {"generator": "generator", "discriminator": "discriminator"}
        marked = []
        for number, (label, network) in enumerate(curves.items()):
            marked += _plot_learning_rate(rates, record, f"{network}_learning_rate", SERIES[number], label)
        _from_zero(rates, marked)
        for axes, title in zip(figure.axes, ("Resolution", "Alpha", "Batch size", "Learning rate"), strict=True):
            axes.set_title(title, loc="left", fontsize=13, color=QUIET)
            _finish(axes, record)
            axes.label_outer()
            if not record.finished:
                axes.axvline(record.images_shown, color=INK, linewidth=1)
        if not both:
            _legend(rates, columns=2)
    return figure


def _finish(axes: Axes, record: Record) -> None:
    """What all axes over images shown have in common."""
    for start, phase in _starts(record):
        if phase.fade_in:
            axes.axvspan(start, start + phase.images, color=SHADE, linewidth=0, zorder=0)
    for back_to in set(record.went_back_to):
        axes.axvline(back_to, color=MARK, linewidth=1.2, linestyle="--")
    axes.set_xlim(0, 1.01 * max(record.schedule.images, record.images_shown))  # with room for half a mark
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda images, _: kilo(images)))
    axes.grid(axis="y")


def _from_zero(axes: Axes, values: Iterable[float]) -> None:
    """Ticks are at 0 and at these values, without those that have no room below a larger one."""
    values = np.unique(list(values))[::-1]
    distance = TICK_DISTANCE * values[0]
    ticks = [values[0]]
    for value in values[1:]:
        if ticks[-1] - value >= distance and value >= distance:
            ticks.append(value)
    axes.set_yticks([*ticks, 0], [f"{tick:g}" for tick in (*ticks, 0)])
    axes.set_ylim(0, 1.15 * values[0])


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=columns,
        frameon=False,
        handlelength=1,
        columnspacing=1.2,
        borderaxespad=0,
    )


def _starts(record: Record) -> Iterator[tuple[int, Phase]]:
    start = 0
    for phase in record.schedule.phases:
        yield start, phase
        start += phase.images


def _plot(axes: Axes, record: Record, value: Callable[[Phase], float]) -> None:
    """A value that is the same throughout a phase."""
    starts, phases = zip(*_starts(record), strict=True)
    edges = [*starts, record.schedule.images]
    values = [value(phase) for phase in phases]
    axes.plot(edges, [*values, values[-1]], color=SERIES[0], drawstyle="steps-post", linewidth=1.6)


def _plot_learning_rate(axes: Axes, record: Record, name: str, colour: str, label: str) -> list[float]:
    """The rates where phases and rollbacks begin, and at the end."""
    *_, (last, phase) = _starts(record)
    end = record.schedule.images
    edges = sorted({*(start for start, _ in _starts(record)), *record.went_back_to, end})
    falling = [] if phase.final_learning_rate == 1 else np.linspace(last, end, FALLING, dtype=int).tolist()
    images = sorted({*edges, *falling})
    # On a boundary the phase before may still hold.
    rates = [getattr(record.schedule.at(shown + 1), name) * record.learning_rate_factor(shown) for shown in images]
    axes.plot(images, rates, color=colour, drawstyle="steps-post", linewidth=1.6, label=label)
    return [rate for shown, rate in zip(images, rates, strict=True) if shown in edges]


def _alphas(record: Record) -> tuple[list[int], list[float]]:
    """The corners of alpha: up from 0 in fades, 1 elsewhere."""
    images, alphas = [], []
    for start, phase in _starts(record):
        images += [start, start + phase.images]
        alphas += [0.0 if phase.fade_in else 1.0, 1.0]
    return images, alphas


def _range(values: np.ndarray) -> tuple[float, float]:
    """The range to show: all values, but for a few that are very far from the others."""
    values = values[np.isfinite(values)]
    low, high = values.min(), values.max()
    usual_low, usual_high = np.percentile(values, [2, 98])
    reach = OUTLIERS * (usual_high - usual_low)
    if usual_high > usual_low:
        low, high = max(low, usual_low - reach), min(high, usual_high + reach)
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin
