"""What bug reports are asked for."""

from importlib import import_module, metadata

import keras
import pytest

import pgkeras
from pgkeras import diagnosis
from pgkeras.doctor import main
from tests.command_lines import call, script


@pytest.fixture
def declared(monkeypatch):
    """Lets pgkeras declare other packages than its own; returns the function to do so."""

    def declare(*requirements: str) -> None:
        monkeypatch.setattr(metadata, "requires", lambda _: list(requirements))
        monkeypatch.setattr(metadata, "metadata", lambda _: {"Provides-Extra": None})
        monkeypatch.setattr(diagnosis, "_extras", lambda: ["part"])

    return declare


def test_versions_and_the_machine():
    shown = call(main)
    assert f"pgkeras       {pgkeras.__version__} in " in shown
    for name in ("Python", "memory", "Keras", "device", "NumPy"):
        assert f"\n{name:<14}" in shown
    assert metadata.version("keras") in shown


def test_variables_that_decide_what_is_used(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,2")
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    shown = call(main)
    assert "\nenvironment   CUDA_VISIBLE_DEVICES=1,2\n" in shown
    assert "XLA_FLAGS" not in shown


@pytest.mark.parametrize(
    ("requirement", "finding"),
    [
        ("numpy>=1; extra == 'part'", f"numpy {metadata.version('numpy')}"),
        ("numpy>=99; extra == 'part'", f"numpy {metadata.version('numpy')} is not >=99: pip install 'pgkeras[part]'"),
        ("not-there; extra == 'part'", "not-there is missing: pip install 'pgkeras[part]'"),
    ],
)
def test_an_optional_part(requirement, finding, declared):
    declared("numpy>=99", "not-there; extra == 'another'", requirement)
    assert dict(diagnosis.diagnose())["[part]"] == finding


def test_a_backend_that_does_not_start_is_a_finding():
    code = "import os; os.environ['KERAS_BACKEND'] = 'nonsense'; from pgkeras.doctor import main; main()"
    done = script("-c", code)
    assert done.returncode == 0
    assert "Keras         does not start: KERAS_BACKEND 'nonsense': is not a backend" in done.stdout
    assert "\nnpm  " in done.stdout


def test_without_tensorflow():
    code = "import sys; sys.modules['tensorflow'] = None; from pgkeras.doctor import main; main()"
    done = script("-c", code)
    assert done.returncode == 0, done.stderr
    assert "Keras         does not start: " in done.stdout
    assert "'tensorflow': is not installed" in done.stdout


def test_a_backend_under_another_package_name(monkeypatch):
    """tensorflow-cpu is imported as tensorflow."""
    version = metadata.version

    def missing(name):
        if name == keras.backend.backend():
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", missing)
    name = keras.backend.backend()
    assert dict(diagnosis.diagnose())["Keras"] == f"{keras.__version__} on {name} {import_module(name).__version__}"
