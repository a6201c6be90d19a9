"""report.html: a run on one self-contained page."""

import base64
import json
from pathlib import Path

import jinja2

from pgkeras.atomic import atomic_path
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder

_TEMPLATES = jinja2.Environment(loader=jinja2.PackageLoader("pgkeras.report", "."), autoescape=True)


def write_report(folder: RunFolder) -> None:
    """Writes a run's report.html from the files in its folder; pictures are embedded.

    Args:
        folder: of the run.
    """
    _, description = RunFolder.open(folder.path)
    lines = folder.statistics.read_text().splitlines() if folder.statistics.exists() else []
    statistics = [json.loads(line) for line in lines]
    samples = max(folder.samples.glob("*.png"), default=None)
    page = _TEMPLATES.get_template("report.html.j2").render(
        name=folder.path.name,
        path=folder.path,
        description=description,
        schedule=Schedule.from_config(description.config),
        images_shown=statistics[-1]["images_shown"] if statistics else 0,
        last_lines=_last_line_of_each_phase(statistics),
        reals=_embedded(folder.reals) if folder.reals.exists() else None,
        samples=_embedded(samples) if samples else None,
    )
    with atomic_path(folder.path / "report.html") as temporary:
        temporary.write_text(page, encoding="utf-8")


def _last_line_of_each_phase(statistics: list[dict]) -> dict[tuple[int, bool], dict]:
    return {(line["resolution"], line["fade_in"]): line for line in statistics}


def _embedded(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
