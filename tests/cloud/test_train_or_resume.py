"""The job's command with real training: killed, stopped, and started again as Azure Machine Learning would."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from cloud.azureml.submit import JOB
from cloud.azureml.train_or_resume import main, newest_run_with_checkpoint
from tests.command_lines import ROOT, call
from tests.test_train_and_generate import TINY


def start_job(faces: Path, out: Path, *arguments: str) -> subprocess.Popen:
    """Runs job.yml's command as the job's container does: in a shell, from the uploaded code's root."""
    command = yaml.safe_load(JOB.read_text())["command"]
    command = command.replace("${{inputs.data}}", shlex.quote(str(faces)))
    command = command.replace("${{outputs.runs}}", shlex.quote(str(out)))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.Popen(
        ["bash", "-c", shlex.join([*shlex.split(command), *TINY, *arguments])],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(process: subprocess.Popen, condition) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.05)


@pytest.mark.slow
def test_a_killed_job_goes_on_in_the_same_folder_and_a_finished_one_does_nothing(tmp_path, faces):
    out = tmp_path / "runs"
    options = ["--resolution=4", "--straight-kimg=4", "--checkpoint-minutes=0.002"]
    process = start_job(faces, out, *options)
    wait_until(process, lambda: len(list(out.glob("*/checkpoints/[0-9]*.npz"))) == 2)
    process.kill()
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors

    again = start_job(faces, out, *options)
    output, errors = again.communicate()
    assert again.returncode == 0, errors
    run = out / "00000-faces-4"
    assert f"{run}: has a checkpoint, so this job goes on with it" in output
    assert 0 < int(re.search(r"resuming from .*/(\d+)\.npz", output)[1]) < 4000
    assert (run / "checkpoints" / "000004000.npz").is_file()
    assert [each.name for each in out.iterdir()] == [run.name]

    written = {path: path.read_bytes() for path in (run / "stats.jsonl", *run.glob("checkpoints/*"))}
    call(main, faces, "--out", out, "--", *TINY, *options)
    assert {path: path.read_bytes() for path in (run / "stats.jsonl", *run.glob("checkpoints/*"))} == written
    assert [each.name for each in out.iterdir()] == [run.name]


@pytest.mark.slow
def test_a_notice_of_preemption_writes_a_checkpoint(tmp_path, faces):
    out = tmp_path / "runs"
    process = start_job(faces, out, "--resolution=4", "--straight-kimg=40", "--ticks-per-phase=1000")
    wait_until(process, (out / "00000-faces-4" / "stats.jsonl").exists)
    process.terminate()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 130, errors
    assert newest_run_with_checkpoint(out) == out / "00000-faces-4"
    assert int(max((out / "00000-faces-4" / "checkpoints").iterdir()).stem) > 0


def test_a_run_that_another_worker_has_just_begun_is_not_gone_on_with(tmp_path):
    assert newest_run_with_checkpoint(tmp_path / "runs") is None
    checkpoints = tmp_path / "runs" / "00000-faces-8" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints.parent / "config.json").touch()
    (checkpoints / ".000000024.npz.123.npz").touch()
    assert newest_run_with_checkpoint(tmp_path / "runs") is None
    (checkpoints / "000000024.npz").touch()
    assert newest_run_with_checkpoint(tmp_path / "runs") == checkpoints.parent


def test_the_newest_run_with_a_checkpoint_is_gone_on_with(tmp_path):
    for name in ("00002-faces-8", "00010-faces-8", "00011-faces-8"):
        (tmp_path / name / "checkpoints").mkdir(parents=True)
        (tmp_path / name / "config.json").touch()
    for name in ("00002-faces-8", "00010-faces-8"):
        (tmp_path / name / "checkpoints" / "000000024.npz").touch()
    assert newest_run_with_checkpoint(tmp_path) == tmp_path / "00010-faces-8"
