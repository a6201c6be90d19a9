"""What MkDocs fills in while it builds: options, presets and commands, from the code that defines them."""

import csv
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

import click
from pydantic import BaseModel

from pgkeras.__main__ import COMMANDS, TOOLS
from pgkeras.__main__ import main as pgkeras
from pgkeras.config import ProgressiveConfig, fields_by_heading, typed
from pgkeras.presets import PRESETS, TABLE_1, table_1
from preprocessing.config import CropConfig

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results.csv"


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replaces `{{ options }}` and the like.

    Args:
        markdown: of a page.
    """
    for name, make in MADE.items():
        if f"{{{{ {name} }}}}" in markdown:
            markdown = markdown.replace(f"{{{{ {name} }}}}", make())
    return markdown


def make_options() -> str:
    """The training options, by group."""
    sections = []
    for heading, names in fields_by_heading(ProgressiveConfig).items():
        sections.append(f"## {heading}\n\n{_table(ProgressiveConfig, names)}")
    return "\n\n".join(sections)


def make_crop_options() -> str:
    """The options that decide which faces come out."""
    return _table(CropConfig, list(CropConfig.model_fields))


def make_presets() -> str:
    """Each preset's docstring, and what it changes."""
    shown = {name: preset for name, preset in PRESETS.items() if not name.startswith("table-1")}
    sections = [_preset(name, inspect.getdoc(preset), preset) for name, preset in shown.items()]
    rows = {f"table-1-{row}": inspect.getdoc(table_1).partition("\n\nArgs:")[0] for row in list(TABLE_1)[:1]}
    sections += [_preset("table-1-a to table-1-h", text, PRESETS[name]) for name, text in rows.items()]
    return "\n\n".join(sections)


def make_commands() -> str:
    """The help of every command."""
    context = click.Context(pgkeras, info_name="pgkeras")
    sections = []
    for name, (_, summary) in (COMMANDS | TOOLS).items():
        command = pgkeras.get_command(context, name)
        options = ["--help-all"] if any("--help-all" in each.opts for each in command.params) else ["--help"]
        text = _help(command, name, options)
        sections.append(f"## pgkeras {name}\n\n{summary}\n\n```text\n{text}```")
    return "\n\n".join(sections)


def make_measurements() -> str:
    """The rows of benchmarks/results.csv, newest first."""
    with RESULTS.open(newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["date"], reverse=True)
    lines = [
        f"| <nobr>{date}</nobr><br>`{commit}`, {machine} | {what} | {result} | {command} |"
        for date, commit, machine, what, result, command in (row.values() for row in rows)
    ]
    return "\n".join(["| when | what | result | command |", "|---|---|---|---|", *lines])


def _help(command: click.Command, name: str, options: list[str]) -> str:
    """What a command prints."""
    from click.testing import CliRunner

    return CliRunner().invoke(command, options, prog_name=f"pgkeras {name}", terminal_width=100).output


def _preset(name: str, text: str, make: Callable[[], ProgressiveConfig]) -> str:
    changed = make().model_dump(exclude_unset=True)
    lines = [f"| `{option}` | `{typed(value)}` |" for option, value in changed.items()]
    table = "\n".join(["| option | value |", "|---|---|", *lines])
    text = textwrap.dedent(text)
    return f"## {name}\n\n{text}\n\n{table}"


def _table(config: type[BaseModel], names: list[str]) -> str:
    lines = ["| option | default | |", "|---|---|---|"]
    for name in names:
        field = config.model_fields[name]
        default = field.get_default(call_default_factory=True)
        shown = "" if default in (None, ()) else f"`{typed(default)}`"
        lines.append(f"| `{name}` | {shown} | {field.description} |")
    return "\n".join(lines)


MADE = {
    "options": make_options,
    "crop_options": make_crop_options,
    "presets": make_presets,
    "commands": make_commands,
    "measurements": make_measurements,
}
