"""Runs measured against the same images at the same size, at their snapshots and at their ends."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pgkeras.evaluation.candidates import Candidate, find_snapshots
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.image_sources import ImageSource, Shrunk
from pgkeras.files.json_lines import read_lines
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder

SHOWN = 10


@dataclass(frozen=True)
class Contender:
    """A run.

    Attributes:
        folder: of the run.
        description: from its config.json.
        snapshots: those of its final resolution, in the order of training, at least one.
    """

    folder: RunFolder
    description: RunDescription
    snapshots: list[Candidate]

    @property
    def name(self) -> str:
        """For people: "00003-faces-64, quick"."""
        preset = self.description.preset
        return self.folder.path.name + (f", {preset}" if preset else "")

    def minutes(self, images_shown: float) -> float:
        """Minutes of training steps until so many images had been shown.

        Args:
            images_shown: up to those of the run.
        """
        lines = self._statistics
        shown, seconds = ([0, *(line[key] for line in lines)] for key in ("images_shown", "seconds"))
        return float(np.interp(images_shown, shown, seconds)) / 60

    @property
    def images_shown(self) -> int:
        """At the last snapshot."""
        return self.snapshots[-1].images_shown

    @cached_property
    def _statistics(self) -> list[dict]:
        return read_lines(self.folder.statistics)


@dataclass(frozen=True)
class Standing:
    """How a run did.

    Attributes:
        contender: the run.
        values: at its last snapshot, by name.
        curve: (minutes of steps, value of the first metric) at all snapshots of the final resolution.
        samples: uint8 (10, side, side, channels), of seeds 0 to 9.
    """

    contender: Contender
    values: dict[str, float]
    curve: list[tuple[float, float]]
    samples: np.ndarray


def open_contender(path: Path) -> Contender:
    """Opens a run.

    Args:
        path: its folder.

    Raises:
        UserError: if this is not a run, or one that has no snapshot of its final resolution yet.
    """
    folder, description = RunFolder.open(path)
    return Contender(folder, description, find_snapshots(path, description.config.resolution))


def measure_contender(
    contender: Contender, comparison: Comparison, side: int, on_images: Callable[[int], object]
) -> Standing:
    """Measures a run's snapshots of the final resolution: the last one by all metrics, the others by the first.

    Args:
        contender: the run.
        comparison: with the real images.
        side: to which images are shrunk, in pixels.
        on_images: called with the number of images that have just been made.
    """
    *earlier, last = contender.snapshots
    measured = [comparison.measure(_open(each, side), on_images, comparison.metrics[:1]) for each in earlier]
    source = _open(last, side)
    values = comparison.measure(source, on_images)
    minutes = [contender.minutes(each.images_shown) for each in contender.snapshots]
    firsts = [each[first_value(values)] for each in (*measured, values)]
    curve = list(zip(minutes, firsts, strict=True))
    return Standing(contender, values, curve, np.concatenate(list(source.batches(SHOWN))))


def first_value(values: dict[str, float]) -> str:
    """The name of the value that stands for the first metric: the average, where there is one for each resolution.

    Args:
        values: by name.

    >>> first_value({"swd_32": 20.0, "swd_16": 10.0, "swd_average": 15.0, "fid": 3.0})
    'swd_average'
    """
    return "swd_average" if next(iter(values)).startswith("swd_") else next(iter(values))


def _open(candidate: Candidate, side: int) -> ImageSource:
    source = candidate.open()
    return source if source.side == side else Shrunk(source, side)
