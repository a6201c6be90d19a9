"""The serve command, as users start and end it."""

import signal
import socket
import subprocess
import sys
import urllib.request
from functools import partial
from types import SimpleNamespace

import keras
import pytest

from pgkeras.serve.__main__ import main
from tests.command_lines import ROOT, call, fail


def test_bad_input_is_one_line(model, tmp_path, capsys, monkeypatch):
    def error(*arguments):
        return fail(main, capsys, monkeypatch, *arguments)

    assert "no such run" in error(tmp_path / "missing")
    assert "has only 16" in error(model, "--resolution", 64)
    assert "--port" in error(model, "--port", 65536)
    assert "give an address of this machine" in error(model, "--host", "no such host")
    assert "a..b: is not the name of a machine" in error(model, "--host", "a..b")
    inputs = keras.Input((4,))
    keras.Model(inputs, keras.layers.Reshape((2, 2, 1))(inputs)).save(tmp_path / "other.keras")
    assert "has no directions for the sliders" in error(tmp_path / "other.keras", "--port", 0)


def test_a_port_in_use_is_one_line(model, capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = fail(main, capsys, monkeypatch, model, "--port", port)
    assert f"--port {port}: address already in use; choose another --port" in message


@pytest.mark.parametrize("package", ["flask", "waitress"])
def test_missing_packages_are_named(model, package, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "pgkeras.serve.application", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    assert f"{package} is missing; pip install 'pgkeras[serve]'" in fail(main, capsys, monkeypatch, model)


@pytest.fixture
def served(monkeypatch):
    """The applications that would have been served."""
    applications = []

    def create_server(application, **options):
        applications.append(application)
        return SimpleNamespace(run=lambda: None)

    monkeypatch.setattr("waitress.create_server", create_server)
    return applications


def test_this_machine_alone_sees_the_page(model, served, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    output = call(main, model, "--port", 0, "--open")
    assert opened == [output.split()[0]]
    assert opened[0].startswith("http://127.0.0.1:")
    assert "everyone" not in output
    client = served[0].test_client()
    assert client.get("/", base_url=opened[0]).status_code == 200
    assert client.get("/", base_url="http://evil.example").status_code == 400


def test_the_network_sees_it_if_the_user_says_so(model, served):
    output = call(main, model, "--port", 0, "--host", "0.0.0.0")
    assert output.startswith(f"http://{socket.gethostname()}:")
    assert "anyone who can reach this machine can see it" in output
    assert served[0].test_client().get("/", base_url="http://desk.example:8000").status_code == 200


@pytest.mark.slow
def test_it_serves_until_it_is_interrupted(model):
    command = [sys.executable, "-m", "pgkeras.serve", str(model), "--port", "0"]
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # even if this process ignores Ctrl-C
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listening
    ) as server:
        try:
            line = server.stdout.readline()
            address = line.split()[0]
            assert address.startswith("http://127.0.0.1:")
            assert f"shows {model} at 16x16" in line
            with urllib.request.urlopen(f"{address}image.png?seed=1", timeout=60) as answer:
                assert answer.read().startswith(b"\x89PNG")
        finally:
            server.send_signal(signal.SIGINT)
        output, errors = server.communicate(timeout=300)
    assert (server.returncode, output, errors) == (0, "", "")
