"""The exact commands that go on from a run."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pgkeras.config import ProgressiveConfig
from pgkeras.evaluation.names import is_measurable
from pgkeras.presets import PRESETS
from pgkeras.report.options import FROM_DATA, option_words
from pgkeras.report.record import Record
from pgkeras.runs.folder import list_runs
from pgkeras.runs.generator_files import list_generators
from pgkeras.text import quoted


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        purpose: what it is for.
        pieces: of its line, between which the line may be broken.
    """

    purpose: str
    pieces: list[str]


def list_commands(record: Record) -> list[Command]:
    """What can be done with the run as it is now. All work from the repository's root.

    Args:
        record: of the run.
    """
    path = record.folder.path.resolve()
    run, runs, data = map(quoted, (path, path.parent, record.description.data))
    fit = [] if record.description.fit == "refuse" else [f"--fit {record.description.fit}"]
    conditional = ["--conditional"] if record.description.label_names else []
    purpose = "Resume (this run is at its end)" if record.finished else "Resume"
    commands = [Command(purpose, ["pgkeras train", f"--resume {run}"])]
    generators = list_generators(record.folder.generators)
    if generators:
        commands.append(Command("Generate", ["pgkeras generate", run, "--out grid.png", "--num 64", "--seed 0"]))
        commands.append(Command("Video", ["pgkeras walk", run, "--out walk.mp4"]))
        commands.append(Command("Sliders in the browser", ["pgkeras serve", run]))
        if is_measurable(max(generators)):
            commands.append(Command("Evaluate", ["pgkeras evaluate", run, "--checkpoints all"]))
            if len(list_runs(path.parent)) > 1:
                commands.append(Command("Compare with the runs beside it", ["pgkeras compare", f"{runs}/*"]))
        commands.append(Command("Export for phones", ["pgkeras export", run, "--out exported"]))
    start_from = record.description.start_from
    begun = [f"--start-from {quoted(start_from)}"] if start_from else []
    options = _shortest_options(record.description.config, record.description.images)
    commands.append(
        Command("Train again", ["pgkeras train", data, f"--out {runs}", *fit, *conditional, *begun, *options])
    )
    return [*commands, Command("Write this page again", ["pgkeras report", run])]


def _shortest_options(config: ProgressiveConfig, images: int) -> list[str]:
    """The options that give the same config, from the defaults or from the preset that needs the fewest."""
    ways = [option_words(_differences(config, ProgressiveConfig()))]
    from_data = {each: getattr(config, each) for each in FROM_DATA}
    for name in PRESETS:
        with suppress(ValidationError):  # of options that contradict the preset's
            base = ProgressiveConfig.from_preset(name, images=images, **from_data)
            options = {each: value for each, value in _differences(config, base).items() if value is not None}
            if ProgressiveConfig.from_preset(name, images=images, **options | from_data) == config:
                ways.append([f"--preset {name}", *option_words(options)])
    return min(ways, key=len)


def _differences(config: ProgressiveConfig, base: ProgressiveConfig) -> dict[str, Any]:
    base_options = base.model_dump()
    return {
        name: value
        for name, value in config.model_dump().items()
        if value != base_options[name] and name not in FROM_DATA
    }
