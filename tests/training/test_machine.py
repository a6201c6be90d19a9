"""The machine in words."""

import re

import pytest

from pgkeras.backends import Accelerator
from pgkeras.training import machine


def test_a_processor_with_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "PROCESSORS", tmp_path / "cpuinfo")
    machine.PROCESSORS.write_text(2 * "processor\t: 0\nmodel name\t: Fast 9000\n\n")
    assert re.fullmatch(r"Fast 9000, \d+ cores, \d+ GB", machine.describe_machine())


def test_a_processor_without_one(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "PROCESSORS", tmp_path / "missing")
    assert re.fullmatch(r"\w+, \d+ cores, \d+ GB", machine.describe_machine())


@pytest.mark.parametrize(("number", "text"), [(1, "Fast GPU, "), (8, "8 x Fast GPU, ")])
def test_gpus(monkeypatch, number, text):
    monkeypatch.setattr(machine.backend, "accelerators", lambda: [Accelerator("Fast GPU", "float16")] * number)
    assert machine.describe_machine().startswith(text)
