"""Locks between processes."""

import subprocess
import sys

import pytest

from pgkeras import UserError
from pgkeras.files.lock import locked
from tests.command_lines import ROOT

HOLD = """
import sys, time
from pathlib import Path
from pgkeras.files.lock import locked
with locked(Path(sys.argv[1]), busy="busy"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / ".lock"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told(tmp_path, holder):
    with pytest.raises(UserError, match="it is busy"), locked(tmp_path / ".lock", busy="it is busy"):
        pytest.fail("two held it")


def test_a_second_thread_is_told(tmp_path):
    with locked(tmp_path / ".lock", busy=""), pytest.raises(UserError), locked(tmp_path / ".lock", busy="it is busy"):
        pytest.fail("two held it")


def test_kill_releases_it(tmp_path, holder):
    holder.kill()
    holder.wait()
    with locked(tmp_path / ".lock", busy="it is busy"):
        pass
    assert not list(tmp_path.iterdir())


def test_one_that_waits_gets_it_in_the_end(tmp_path, holder):
    waits = HOLD.replace(', busy="busy"', "").replace("60", "0").replace("with", "print('asks', flush=True)\nwith")
    waiting = subprocess.Popen(
        [sys.executable, "-c", waits, tmp_path / ".lock"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout.readline() == "asks\n"
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1)
    holder.kill()
    assert waiting.communicate(timeout=30)[0] == "held\n"


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file: cannot be written to"), locked(tmp_path / "file" / ".lock", busy=""):
        pytest.fail("held")
