"""What is plotted against the images shown."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pgkeras.evaluation.titles import TITLES, beginning
from pgkeras.report.record import Record

MOST_POINTS = 600

# Of the lines of statistics.
TRAINING = (
    (
        "Losses",
        "Of the generator and the discriminator, as they are minimized.",
        {"generator_loss": "generator", "discriminator_loss": "discriminator"},
    ),
    (
        "Scores",
        "That the discriminator gives real and generated images: the closer, the better the generator deceives it. "
        "Equal for long, above 16x16: it has given up.",
        {"real_score": "real", "fake_score": "generated"},
    ),
    (
        "Variation",
        "How much the images of a batch differ. Generated ones far below the real ones: a generator that collapses.",
        {"real_variance": "real", "fake_variance": "generated"},
    ),
    ("Gradient penalty", "Of the discriminator, before it is weighted.", {"penalty": "penalty"}),
    ("Augmentation", "Probability of each augmentation.", {"augmentation_probability": "probability"}),
)
# They say where training stands, not how it goes; the schedule and the table of phases show them.
POSITION = {
    *("images_shown", "resolution", "fade_in", "alpha", "batch_size", "seconds", "seconds_left"),
    *("generator_learning_rate", "discriminator_learning_rate", "images_per_second", "memory_bytes"),
}
# What else is in the lines of metrics.
NO_METRICS = {"images_shown", "images", "resolution", "held_out"}


@dataclass(frozen=True)
class Curve:
    """Values against images shown.

    Attributes:
        name: in the legend.
        images_shown: float64 (points,).
        values: float64 (points,); NaN where there is none.
    """

    name: str
    images_shown: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Chart:
    """Curves on the same axes.

    Attributes:
        title: the heading.
        note: how to read it; "" if that is plain.
        curves: at least one.
        marked: whether each point is marked.
    """

    title: str
    note: str
    curves: tuple[Curve, ...]
    marked: bool = False


def training_charts(record: Record) -> list[Chart]:
    """Losses, scores and whatever else the lines of statistics hold, if it is not 0 throughout.

    Args:
        record: of the run.
    """
    known = {name for _, _, names in TRAINING for name in names}
    others = [(_title(name), "", {name: _title(name)}) for name in _names(record.statistics, known | POSITION)]
    charts = (
        Chart(title, note, tuple(_curves(record.statistics, names))) for title, note, names in (*TRAINING, *others)
    )
    return [chart for chart in charts if any(np.nan_to_num(curve.values).any() for curve in chart.curves)]


def metric_charts(record: Record) -> list[Chart]:
    """A chart for each metric, and for each number and choice of real images, since only such values compare.

    Args:
        record: of the run.
    """
    groups: dict[tuple[str, str], dict[int, dict]] = {}
    for line in record.metrics:
        for name in _names([line], NO_METRICS):
            lines = groups.setdefault((beginning(name), _compared(line, record)), {})
            lines.setdefault(line["images_shown"], {"images_shown": line["images_shown"]})[name] = line[name]
    charts = (
        _metric_chart(prefix, compared, [lines[shown] for shown in sorted(lines)])
        for (prefix, compared), lines in groups.items()
    )
    return [chart for chart in charts if any(np.isfinite(curve.values).any() for curve in chart.curves)]


def _metric_chart(prefix: str, compared: str, lines: list[dict]) -> Chart:
    title, note = TITLES.get(prefix, (_title(prefix), ""))
    names = {name: name.removeprefix(prefix).replace("_", " ") or title for name in _names(lines, {"images_shown"})}
    return Chart(title, f"{note} {compared}".strip(), tuple(_curves(lines, names)), marked=True)


def _compared(line: Mapping, record: Record) -> str:
    """What a line of metrics was measured on."""
    own = record.description.data, bool(record.description.config.holdout)
    data, held_out = line.get("data", own[0]), line.get("held_out", own[1])
    others = "" if (data, held_out) == own else f" of {data}"
    return f"Real images{others} and generated ones: {line['images']:,} each."


def _names(lines: Iterable[Mapping], excluded: set[str]) -> list[str]:
    """Of all values that are numbers, in the order of their first appearance."""
    names = {name: None for line in lines for name, value in line.items() if isinstance(value, int | float)}
    return [name for name in names if name not in excluded]


def _curves(lines: list[dict], names: Mapping[str, str]) -> Iterator[Curve]:
    for key, name in names.items():
        points = [(line["images_shown"], line[key]) for line in lines if key in line]
        if points:
            images_shown, values = np.array(points, np.float64).T
            values[~np.isfinite(values)] = math.nan
            yield Curve(name, _thinned(images_shown), _thinned(values))


def _thinned(values: np.ndarray) -> np.ndarray:
    """Means of neighbours, where there are more values than a drawing can show."""
    number = -(-len(values) // MOST_POINTS)
    if number == 1:
        return values
    whole = len(values) // number * number
    return np.append(values[:whole].reshape(-1, number).mean(axis=1), values[whole:])


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
