"""What happens when Keras or TensorFlow is first imported, whoever imports it.

Importing pgkeras imports neither. So that it does not matter which module is the first to need one of them, an import
hook starts them in silence, checks the backend that the user chose, undoes what `~/.keras/keras.json` says of anything
else, and registers pgkeras's layers, so that `keras.models.load_model` knows them. Keras's pictures, which bring
Matplotlib along, wait until somebody uses them, which saves half a second. No garbage is collected meanwhile, which
saves about a second. Under Linux, TensorFlow computes with oneDNN on every x86 processor.
"""

import atexit
import gc
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec
from pathlib import Path
from types import ModuleType

from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_start

BACKENDS = ("tensorflow", "jax", "torch")
"""Of Keras, which import packages of their own names."""
VARIABLE = "KERAS_BACKEND"
_USED_LATER = re.compile(r"keras(\.src|\._tf_keras\.keras)?\.visualization")


def watch_imports() -> None:
    """Prepares for the first import of Keras and TensorFlow; what is imported already stays as it is."""
    if "keras" in sys.modules:
        _settle()
    sys.meta_path.insert(0, _Finder())
    atexit.register(gc.unfreeze)  # or some extensions take what is frozen for leaks


def require_tensorflow(purpose: str) -> None:
    """For what only TensorFlow can do: makes Keras run on it, whatever backend the user chose for the rest.

    Args:
        purpose: what needs it, for the error.

    Raises:
        UserError: if it is not installed, or Keras runs on another backend already.
    """
    if find_spec("tensorflow") is None:
        raise UserError(f"{purpose} needs TensorFlow, which is not installed: pip install pgkeras[tensorflow]")
    if "keras" in sys.modules:
        running = sys.modules["keras"].config.backend()
        if running != "tensorflow":
            raise UserError(f"{purpose} needs TensorFlow, but Keras runs on {running} already; use another process")
    os.environ[VARIABLE] = "tensorflow"


class _Finder:
    """Finds Keras and TensorFlow as they would be found anyway. (Importing the base class takes 40 ms.)"""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        start = {"keras": _start_keras, "tensorflow": _start_tensorflow}.get(name)
        if start is None and not _USED_LATER.fullmatch(name):
            return None
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, found), None)
        if spec is None:
            return None
        if start is None:
            spec.loader = LazyLoader(spec.loader)
        else:
            spec.loader.exec_module = partial(start, spec.loader.exec_module)
        return spec


def _start_tensorflow(execute: Callable[[ModuleType], None], module: ModuleType) -> None:
    # By itself it computes with oneDNN only on processors with VNNI, AMX or bfloat16. On others, oneDNN makes steps
    # 1.2 to 1.3 times as fast at 32x32, and 1.6 to 1.9 times at 64x64. TensorFlow's import reads this.
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    _start_quietly(execute, module)


def _start_quietly(execute: Callable[[ModuleType], None], module: ModuleType) -> None:
    with quiet_start(), _no_collection():
        execute(module)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Objects that imports make stay: nothing looks for garbage among them, now or in later collections."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _start_keras(execute: Callable[[ModuleType], None], module: ModuleType) -> None:
    check_backend()
    # PyTorch's threads wait for each other hundreds of times in a step. Where they share processors with other work,
    # spinning for as long as GNU's OpenMP does makes small steps ten times as slow. PyTorch's import reads this.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    try:
        _start_quietly(execute, module)
    except (ImportError, OSError, ValueError) as error:
        *_, raised_in = traceback.extract_tb(error.__traceback__)
        if Path(raised_in.filename).match("keras/src/backend/config.py"):
            raise UserError(f"{_settings_file()}: Keras does not start ({error}); correct it, or delete it") from None
        name, _ = _backend()
        raise UserError(f"{name}: cannot be imported ({error}); install it again") from None
    _settle()


def _settle() -> None:
    """What a `keras.json` of another project may say would change results, or fail: images are NHWC here."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    import pgkeras.interop.gan_zoo_layers
    import pgkeras.layers  # noqa: F401


def check_backend() -> None:
    """Makes sure that Keras can run on the backend that the user chose, by KERAS_BACKEND or `keras.json`.

    Raises:
        UserError: if it is unknown or not installed, or that file holds no settings.
    """
    name, source = _backend()
    choice = f"{', '.join(BACKENDS[:-1])} or {BACKENDS[-1]}"
    if name not in BACKENDS:
        raise UserError(f"{source} {name!r}: is not a backend of pgkeras; choose {choice}")
    if find_spec(name) is None:
        others = [other for other in BACKENDS if find_spec(other)]
        instead = f", or set {VARIABLE}={others[0]}" if others else ""
        raise UserError(f"{source} {name!r}: is not installed; pip install pgkeras[{name}]{instead}")


def _backend() -> tuple[object, str]:
    """The backend that Keras will run on, and who says so."""
    if os.environ.get(VARIABLE):
        return os.environ[VARIABLE], VARIABLE
    path = _settings_file()
    try:
        settings = json.loads(path.read_bytes())
    except FileNotFoundError:
        settings = {}
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); change its permissions, or delete it") from None
    except ValueError as error:
        warnings.warn(f"{path}: is ignored, because it cannot be read as JSON ({error})", stacklevel=1)
        settings = {}
    if not isinstance(settings, dict):
        raise UserError(f"{path}: holds no settings of Keras; correct it, or delete it")
    return (settings["backend"], f"{path}: backend") if "backend" in settings else ("tensorflow", "Keras's backend")


def _settings_file() -> Path:
    """Where Keras looks for its settings."""
    home = Path.home() if os.access(Path.home(), os.W_OK) else Path("/tmp")
    return Path(os.environ.get("KERAS_HOME") or home / ".keras", "keras.json").expanduser()
