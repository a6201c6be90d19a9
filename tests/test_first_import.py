"""What Keras is told when it is first imported, and what it must not be told."""

import json
import platform

import pytest

from pgkeras import first_import
from pgkeras.errors import UserError
from tests.command_lines import ROOT, script


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Keras's keras.json of another home; the user's environment chooses nothing."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return tmp_path / "keras.json"


@pytest.mark.parametrize("name", ["nonsense", "numpy", "TensorFlow"])
def test_an_unknown_backend(name, settings, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(UserError, match=f"^KERAS_BACKEND '{name}': is not a backend .* tensorflow, jax or torch$"):
        first_import.check_backend()


def test_a_backend_that_is_not_installed(settings, monkeypatch):
    monkeypatch.setattr(first_import, "find_spec", lambda name: name == "tensorflow" or None)
    settings.write_text('{"backend": "jax"}')
    with pytest.raises(UserError, match=r"pip install pgkeras\[jax\], or set KERAS_BACKEND=tensorflow$"):
        first_import.check_backend()


def test_the_environment_comes_before_the_file(settings, monkeypatch):
    settings.write_text('{"backend": "nonsense"}')
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    first_import.check_backend()


@pytest.mark.parametrize("content", [b'{"backend": "torch"', b"", b"\xff\xfe"])
def test_damaged_settings_change_nothing(content, settings):
    settings.write_bytes(content)
    with pytest.warns(UserWarning, match=f"^{settings}: is ignored, because it cannot be read as JSON"):
        first_import.check_backend()


@pytest.mark.parametrize("content", [b"[]", b'{"backend": ["jax"]}'])
def test_settings_of_something_else(content, settings):
    settings.write_bytes(content)
    with pytest.raises(UserError, match=f"^{settings}: "):
        first_import.check_backend()


def test_without_settings_it_is_tensorflow(settings):
    first_import.check_backend()


def test_tensorflow_is_required_where_another_backend_runs(monkeypatch):
    monkeypatch.setattr("keras.config.backend", lambda: "torch")
    with pytest.raises(UserError, match="the export needs TensorFlow, but Keras runs on torch already"):
        first_import.require_tensorflow("the export")


def test_tensorflow_is_required_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(first_import, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"needs TensorFlow, which is not installed: pip install pgkeras\[tensorflow\]"):
        first_import.require_tensorflow("the export")


@pytest.mark.slow
@pytest.mark.parametrize("first", ["import pgkeras, keras", "import keras, pgkeras", "import pgkeras.layers, keras"])
def test_settings_of_another_project_change_nothing(first, settings):
    """Layers are registered and settings undone, whichever is imported first; nothing is printed.

    If pgkeras came first, Matplotlib is imported by the first use of Keras's pictures. Garbage is collected again.
    """
    settings.write_text('{"floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}')
    code = f"""
{first}
import gc, json, sys
drawing = ["matplotlib" in sys.modules, bool(keras.visualization.plot_image_gallery), "matplotlib" in sys.modules]
layers = [keras.saving.get_registered_object(f"pgkeras>{{name}}").__module__
          for name in ("EqualizedConv2D", "GANZooMinibatchStddev")]
config = keras.config
settings = [config.floatx(), config.epsilon(), config.image_data_format()]
print(json.dumps([*settings, *layers, *drawing, gc.isenabled()]))
"""
    done = script("-c", code)
    layers = ["pgkeras.layers", "pgkeras.interop.gan_zoo_layers"]
    drawing = [first == "import keras, pgkeras", True, True]
    assert json.loads(done.stdout) == ["float32", 1e-7, "channels_last", *layers, *drawing, True]
    if first.startswith("import pgkeras"):
        assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif((platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="of Linux on x86")
@pytest.mark.parametrize(("first", "chosen", "expected"), [("keras", None, True), ("tensorflow", "0", False)])
def test_tensorflow_computes_with_onednn(first, chosen, expected, monkeypatch):
    """Unless the user does not want it, whatever is imported first."""
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    if chosen:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", chosen)
    code = "from tensorflow.python.util import _pywrap_util_port; print(_pywrap_util_port.IsMklEnabled())"
    done = script("-c", f"import pgkeras, {first}; {code}")
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


def test_a_backend_that_does_not_start(settings, tmp_path, monkeypatch):
    """A package of another NumPy, say; the settings are not to blame."""
    settings.write_text("{}")
    (tmp_path / "torch.py").write_text("raise ValueError('numpy.dtype size changed')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    (tmp_path / "any.keras").touch()
    made = script("-m", "pgkeras.generate", tmp_path / "any.keras", "--out", tmp_path / "grid.png")
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == "error: torch: cannot be imported (numpy.dtype size changed); install it again\n"


def test_a_command_that_needs_keras_refuses_in_one_line(settings, tmp_path):
    settings.write_text('{"floatx": "float7"}')
    (tmp_path / "any.keras").touch()
    made = script("-m", "pgkeras.generate", tmp_path / "any.keras", "--out", tmp_path / "grid.png")
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr.startswith(f"error: {settings}: Keras does not start (Invalid `floatx` configuration.")
    assert made.stderr.count("\n") == 1
