"""Latents with names, which app and page list beside the seeds."""

from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.latents import read_directions
from pgkeras.text import readable


def read_faces(folder: Path, latent_size: int) -> dict[str, np.ndarray]:
    """Reads the latents that `pgkeras.project` wrote.

    Args:
        folder: with an .npy for each.
        latent_size: of the generator.

    Returns:
        float32 (latent_size,) by the names of the files, in alphabetical order.

    Raises:
        UserError: if there is no such folder, nothing in it, or a file that holds anything but one latent of this size.
    """
    paths = sorted(folder.glob("*.npy"))
    if not paths:
        raise UserError(f"`faces` {folder}: holds no .npy; give the folder that pgkeras.project wrote")
    return {readable(path.stem): _read(path, latent_size) for path in paths}


def _read(path: Path, latent_size: int) -> np.ndarray:
    latents = read_directions(path, latent_size)
    if len(latents) > 1:
        raise UserError(f"{path}: holds {len(latents)} latents under one name; give a file for each")
    return latents[0]
