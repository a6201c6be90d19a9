"""The command lines' door: fast, in sections, in the user's words."""

import errno
import json
import os
import subprocess
import sys
from typing import ClassVar

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, Field

from pgkeras.__main__ import COMMANDS, TOOLS, main
from pgkeras.command_line import command, config_options, take_given
from pgkeras.config import ProgressiveConfig, fields_by_heading
from pgkeras.errors import UserError
from pgkeras.train import main as train
from tests.command_lines import ROOT, call, fail, script

HEAVY = ("keras", "tensorflow", "jax", "torch", "matplotlib", "scipy", "cv2", "PIL", "av", "skimage", "ai_edge_litert")


class Options(BaseModel):
    MAIN: ClassVar[str] = "Main"
    least: int = Field(1, ge=0, description="Below `most`.")
    most: int = Field(5, description="Above `least`.")
    RARE: ClassVar[str] = "Rare"
    odd: bool = Field(False, description="For the few.")


@command(config=Options, folded=[Options.RARE])
@click.option("--name", "title", help="As `title` says.")
@config_options(Options)
def tool(title: str | None, **options: object) -> None:
    """Does nothing."""
    given = Options(**take_given(Options, options))
    if given.least > given.most:
        raise UserError(f"`least` {given.least} is above `most` {given.most}, and `title` and `others` know no better")


@command(extra="faces,heic")
def needy() -> None:
    """Needs a package that nobody has."""
    import no_such_package.part  # noqa: F401


@command()
def closed() -> None:
    """Reads what it may not."""
    raise PermissionError(errno.EACCES, "Permission denied", "photos/mine")


def test_what_may_not_be_read_is_one_line(capsys, monkeypatch):
    assert "photos/mine: permission denied; change its permissions" in fail(closed, capsys, monkeypatch)


def test_a_missing_package_is_one_line(capsys, monkeypatch):
    assert "no_such_package is missing; pip install 'pgkeras[faces,heic]'" in fail(needy, capsys, monkeypatch)


def test_importing_a_command_imports_nothing_heavy():
    """Help, and mistakes in options, therefore take as long as Python, click and pydantic do."""
    modules = [module for module, _ in (COMMANDS | TOOLS).values()]
    code = f"""
import importlib, json, sys
for module in {modules}:
    importlib.import_module(module)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}} & {set(HEAVY)})))
"""
    assert json.loads(script("-c", code).stdout) == []


@pytest.mark.parametrize("name", COMMANDS | TOOLS)
def test_every_command_is_a_command_of_pgkeras(name):
    done = CliRunner().invoke(main, [name, "--help"], prog_name="pgkeras")
    assert done.exit_code == 0
    assert f"sage: pgkeras {name}" in done.output


def test_pgkeras_alone_lists_the_commands():
    listed = call(main)
    for name, (_, line) in (COMMANDS | TOOLS).items():
        assert f"  {name:<8}  {line}\n" in listed


def test_without_a_checkout_there_are_the_installed_commands(monkeypatch, tmp_path):
    monkeypatch.setattr("pgkeras.tools.CHECKOUT", tmp_path)
    listed = call(main)
    assert "generate" in listed
    assert "crop" not in listed


def test_an_unknown_command_is_one_line(capsys, monkeypatch):
    assert "No such command 'tarin'" in fail(main, capsys, monkeypatch, "tarin")


def test_a_mistake_in_a_command_of_pgkeras_is_one_line(capsys, monkeypatch):
    assert "--resolution 48: resolution 48 is not a power of two" in fail(
        main, capsys, monkeypatch, "train", "faces.npz", "--resolution", 48
    )


def test_errors_name_options_as_they_are_typed(capsys, monkeypatch):
    error = fail(tool, capsys, monkeypatch, "--least", 7)
    assert error == "error: --least 7 is above --most 5, and --name and `others` know no better\n"
    error = fail(tool, capsys, monkeypatch, "--least", -1)
    assert error == "error: --least -1: Input should be greater than or equal to 0\n"


def test_help_is_in_sections_of_which_some_are_folded():
    shown, everything = call(tool, "--help"), call(tool, "--help-all")
    options, main_section = shown.split("Main:")
    assert "As --name says." in options
    assert "--help-all" in options
    assert "--least INTEGER  Below --most.  [default: 1]" in main_section
    assert "--odd" not in shown
    assert "Rare:\n  --odd / --no-odd  For the few." in everything


def test_train_folds_the_ablations():
    shown, everything = call(train, "--help"), call(train, "--help-all")
    for heading, names in fields_by_heading(ProgressiveConfig).items():
        folded = heading == ProgressiveConfig.ABLATIONS
        for name in names:
            flag = f"  --{name.replace('_', '-')} "
            assert flag in everything
            assert (flag in shown) != folded


def test_every_field_stands_under_a_heading():
    fields = [name for names in fields_by_heading(ProgressiveConfig).values() for name in names]
    assert fields == list(ProgressiveConfig.model_fields)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "cp1252"])
def test_what_a_terminal_cannot_show_is_escaped(encoding):
    """Of an umlaut, an emoji, and a byte that is not UTF-8."""
    code = """
import click
from pgkeras.command_line import run
from pgkeras.errors import UserError

@click.command()
@click.argument("name")
def main(name):
    print(name)
    raise UserError(name)

run(main)
"""
    name = os.fsencode("Käse 🧀 ") + b"\xe9"
    done = subprocess.run(
        [sys.executable, "-c", code, name],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"},
        capture_output=True,
    )
    shown = os.fsdecode(name).encode(encoding, "backslashreplace")
    assert (done.returncode, done.stdout, done.stderr) == (2, shown + b"\n", b"error: " + shown + b"\n")
