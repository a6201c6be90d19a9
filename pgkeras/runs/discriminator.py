"""The discriminator of a run, to judge images by: read from a checkpoint, without what trains it."""

from pathlib import Path

import keras
import numpy as np

from pgkeras.errors import UserError
from pgkeras.networks import build_discriminators
from pgkeras.runs.checkpoint_file import read_checkpoint, read_newest
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.generator_files import list_generators
from pgkeras.schedule import Schedule

PREFIX = "discriminator/"


def load_discriminator(run: Path, resolution: int) -> keras.Model:
    """Loads the discriminator from a run's newest checkpoint that is whole; nothing in the file is executed.

    Only the resolution that was trained last is given: what comes after the layers of a smaller one has changed since.

    Args:
        run: its folder.
        resolution: image side in pixels.

    Returns:
        Images (batch, resolution, resolution, channels) in [-1, 1] -> scores (batch, 1), higher for real ones; in
        float32, and with layers of its own.

    Raises:
        UserError: if this is not a run, or one without a whole checkpoint of this resolution.
    """
    folder, description = RunFolder.open(run)
    found = read_newest(folder.checkpoints, lambda path: read_checkpoint(path, PREFIX))
    if found is None:
        raise UserError(f"{run}: the run has no checkpoint, and so no discriminator; let it train for a while")
    path, (progress, arrays) = found
    trained = Schedule.from_config(description.config).before(progress["images_shown"]).resolution
    if resolution != trained:
        has_generator = trained in list_generators(folder.generators)
        instead = f"generate at {trained}x{trained}" if has_generator else "let it train on"
        raise UserError(
            f"{path}: its discriminator was trained at {trained}x{trained} last, and no longer judges "
            f"{resolution}x{resolution}; {instead}, or drop `best_of`"
        )
    shared = build_discriminators(description.config)[resolution].straight
    discriminator = keras.models.clone_model(shared)
    _assign(discriminator, arrays, path)
    return keras.Model(discriminator.input, discriminator.outputs[0], name=discriminator.name)


def _assign(discriminator: keras.Model, arrays: dict[str, np.ndarray], path: Path) -> None:
    for variable in discriminator.variables:
        array = arrays.get(f"{PREFIX}{variable.path}")
        if array is None or array.shape != tuple(variable.shape):
            raise UserError(f"{path}: does not fit the run's config.json at {variable.path}; was the config edited?")
        variable.assign(array)
