"""Generators from files: a run folder, a folder of .keras files, or one .keras file."""

import json
import zipfile
from os import PathLike
from pathlib import Path

import keras

from pgkeras.errors import UserError
from pgkeras.runs.folder import RunFolder, is_run
from pgkeras.runs.generator_files import list_generators


def find_generators(path: Path) -> dict[int, Path]:
    """Finds the generators that a path offers.

    Args:
        path: a run folder, a folder of `generator_0064.keras` files, or one .keras file.

    Returns:
        Their files by resolution, smallest first.

    Raises:
        UserError: if there is none.
    """
    if path.is_file():
        return {load_generator(path).output_shape[1]: path}
    if not path.is_dir():
        raise UserError(f"{path}: no such run, folder or .keras file")
    folder = RunFolder(path).generators if is_run(path) else path
    found = list_generators(folder)
    if not found and folder != path:
        raise UserError(f"{path}: the run has no generator yet; the first is written with the first snapshot")
    if not found:
        raise UserError(f"{path}: holds no generator_*.keras; give a run folder or a .keras file")
    return found


def choose_generator(path: Path, resolution: int | None) -> Path:
    """The file of one of the generators that a path offers.

    Args:
        path: as for `find_generators`.
        resolution: its image side in pixels; None for the largest.

    Raises:
        UserError: if there is none.
    """
    generators = find_generators(path)
    if resolution is not None and resolution not in generators:
        raise UserError(f"`resolution` {resolution}: {path} has only {', '.join(map(str, generators))}")
    return generators[resolution or max(generators)]


def load_generator(path: str | PathLike) -> keras.Model:
    """Loads one generator; nothing in the file is executed.

    Args:
        path: a .keras file; of a run or a folder of generators, the one with the largest images is taken.

    Raises:
        UserError: if the file is missing, damaged, or no generator.
    """
    path = Path(path)
    if path.is_dir():
        path = choose_generator(path, None)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a .keras file of a generator")
    try:
        model = keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its parts raise on a damaged archive.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].split(". ")[0]
        raise UserError(f"{path}: cannot be loaded as a .keras model ({reason[:200]}); {_remedy(path)}") from None
    if isinstance(model, keras.Sequential) and model.built:
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    if not isinstance(model, keras.Model) or not _gives_images(model):
        raise UserError(f"{path}: is not a generator (latents -> square images); give a generator_*.keras")
    return model


def _remedy(path: Path) -> str:
    """What to do about a file that cannot be loaded, by the version of Keras that wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = str(json.loads(archive.read("metadata.json"))["keras_version"])
    except Exception:  # as above
        version = keras.__version__
    if version == keras.__version__:
        return "give an undamaged one, made of Keras's and pgkeras's own layers, without Lambda"
    return f"Keras {version} wrote it, this is {keras.__version__}: install that one, or write it again with this one"


def _gives_images(model: keras.Model) -> bool:
    """Latents, or latents and labels, in; square images out."""
    if not model.built or not model.inputs or len(model.inputs) > 2 or len(model.outputs) != 1:
        return False
    gives = model.outputs[0].shape
    takes_vectors = all(len(given.shape) == 2 for given in model.inputs)
    return takes_vectors and len(gives) == 4 and gives[1] == gives[2] and gives[3] in (1, 3)
