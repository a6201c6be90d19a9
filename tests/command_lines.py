"""How tests run the command lines."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pgkeras.command_line import run

ROOT = Path(__file__).parents[1]


def call(command: click.Command, *arguments: object) -> str:
    """Runs a command in this process and returns its stdout; a failure raises what it raised."""
    result = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output


def fail(command: click.Command, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, *arguments) -> str:
    """Runs a command as its script would, checks that it ends as a user's mistake must, and returns its one line."""
    monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        run(command)
    captured = capsys.readouterr()
    assert ended.value.code == 2, captured.err
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err
    return captured.err


def script(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Runs `python ARGUMENTS` from the repository's root."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, env=os.environ, capture_output=True, text=True, **options
    )
