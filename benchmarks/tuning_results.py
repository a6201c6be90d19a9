"""What was measured of configurations, seed by seed, and the table of their means."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.files.json_lines import append_line, read_lines
from pgkeras.images import grid, write_png

FLOOR = "photos"
COLUMNS = {
    "frechet_distance": ("Fréchet ↓", ".1f"),
    "precision": ("precision ↑", ".3f"),
    "recall": ("recall ↑", ".3f"),
    "mtcnn_frechet_distance": ("MTCNN's Fréchet ↓", ".1f"),
    "sure_faces": ("sure faces ↑", ".1%"),
    "swd_average": ("SWD ↓", ".1f"),
}
STANDARD_ERRORS = 3
RULE = f"""
Means over seeds ± standard deviations; in brackets the difference to the first configuration, "none" if it is less than
{STANDARD_ERRORS} times its standard error, which with three seeds each chance exceeds in about 4 of 100 cases. Fréchet
distance, precision and recall are of EfficientNet-Lite0's features. `{FLOOR}` are the training photos against the
held-out ones. Samples are of the first seed, unselected.
"""


@dataclass(frozen=True)
class Results:
    """What was measured so far.

    Attributes:
        folder: of `results.jsonl`, a line for each configuration and seed, `results.md`, their means, and a strip of
            samples for each configuration.
    """

    folder: Path

    def has(self, name: str, seed: int) -> bool:
        """Whether a configuration was measured with a seed.

        Args:
            name: of the configuration.
            seed: of its run.

        Raises:
            UserError: if the results are an earlier version's, without seeds.
        """
        return any((each["name"], each["seed"]) == (name, seed) for each in self._read())

    def add(self, name: str, seed: int, values: dict[str, float], samples: np.ndarray) -> None:
        """Keeps one more.

        Args:
            name: of the configuration.
            seed: of its run; only the first one's samples are shown.
            values: kimg and every measure.
            samples: uint8 (number, side, side, 3).
        """
        if not seed:
            write_png(self.folder / f"{file_name(name)}.png", grid(samples, len(samples)))
        append_line(self._lines, {"name": name, "seed": seed} | values)
        with atomic_path(self.folder / "results.md") as temporary:
            temporary.write_text(table(self._read()))

    def _read(self) -> list[dict]:
        lines = read_lines(self._lines)
        if any("seed" not in line for line in lines):
            raise UserError(f"{self._lines}: was measured without seeds, by an earlier version; give other --results")
        return lines

    @property
    def _lines(self) -> Path:
        return self.folder / "results.jsonl"


def file_name(name: str) -> str:
    """A configuration's name as that of a file or folder.

    Args:
        name: of the configuration.

    >>> file_name("R1 10 from 64x64 on, rates 0.004")
    'r1_10_from_64x64_on,_rates_0_004'
    """
    return name.lower().replace(" ", "_").replace(".", "_")


def table(lines: Sequence[dict]) -> str:
    """The configurations' means in Markdown, in the order of the lines.

    Args:
        lines: of results.jsonl.
    """
    configurations: dict[str, list[dict]] = {}
    for line in lines:
        configurations.setdefault(line["name"], []).append(line)
    base = next((name for name in configurations if name != FLOOR), None)
    header = ["configuration", "seeds", "kimg", *(title for title, _ in COLUMNS.values()), "samples"]
    rows = [header, ["---"] * len(header)]
    for name, runs in configurations.items():
        others = [] if name in (FLOOR, base) else configurations[base]
        cells = [
            _cell([run[key] for run in runs], [run[key] for run in others], how) for key, (_, how) in COLUMNS.items()
        ]
        kimg = f"{statistics.mean(run['kimg'] for run in runs):.0f}"
        rows.append([name, str(len(runs)), kimg, *cells, f"![samples]({file_name(name)}.png)"])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + RULE


def _cell(values: Sequence[float], base: Sequence[float], how: str) -> str:
    """A mean, its spread and how it differs from the base's mean, as far as there are seeds to say so."""
    text = f"{statistics.mean(values):{how}}"
    if len(values) > 1:
        text += f" ± {statistics.stdev(values):{how}}"
        if len(base) > 1:
            found = difference(values, base)
            text += f" ({'none' if found is None else f'{found:+{how}}'})"
    return text


def difference(values: Sequence[float], base: Sequence[float]) -> float | None:
    """How far one mean is from another; None if that is less than three of its standard errors.

    Args:
        values: of one configuration, two or more seeds.
        base: of another, two or more.

    >>> difference([10.0, 12.0, 14.0], [20.0, 22.0, 24.0]), difference([10.0, 12.0, 14.0], [14.0, 16.0, 18.0])
    (-10.0, None)
    """
    found = statistics.mean(values) - statistics.mean(base)
    error = sum(statistics.variance(each) / len(each) for each in (values, base)) ** 0.5
    return None if abs(found) < STANDARD_ERRORS * error else found
