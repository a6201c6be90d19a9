"""From latent to latent, along chosen ones."""

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from pgkeras.errors import UserError
from pgkeras.images import grid, to_screen_size, to_uint8
from pgkeras.latents import LAST_SEED, interpolate, latents_from_seeds, read_directions
from pgkeras.sampling import sample_frames


def read_stations(text: str, latent_size: int) -> np.ndarray:
    """Reads through which latents a walk leads.

    Args:
        text: seeds and .npy files of latents, such as "me.npy,3,you.npy".
        latent_size: of the generator.

    Returns:
        float32 (stations, latent_size), at least two.

    Raises:
        UserError: if a seed is too large, a file is not a latent of this size, or there are fewer than two.

    >>> read_stations("3,17", 512).shape
    (2, 512)
    """
    stations = np.concatenate([_read(part.strip(), latent_size) for part in text.split(",")])
    if len(stations) < 2:
        raise UserError(f"`through` {text}: leads nowhere; give at least two seeds or latents, such as me.npy,3")
    return stations


def station_frames(
    generator: keras.Model, stations: np.ndarray, labels: np.ndarray | None, frames: int
) -> Iterator[np.ndarray]:
    """The way from each station to the next, and from the last back to the first, slower near them.

    Args:
        generator: latents, or latents and labels -> images.
        stations: float32 (stations, latent_size).
        labels: one-hot, float32 (images, label_size), each for a row that takes the same way; None if the generator
            takes none.
        frames: of the video.

    Yields:
        uint8 (height, width, 3).
    """
    rows = 1 if labels is None else len(labels)
    way = (np.tile(_between(stations, frame * len(stations) / frames), (rows, 1)) for frame in range(frames))
    for images in sample_frames(generator, way, labels):
        yield to_screen_size(grid(to_uint8(images), 1))


def _between(stations: np.ndarray, place: float) -> np.ndarray:
    """The latent at a place such as 1.5, half of the way from the second station to the next."""
    here = int(place)
    eased = (1 - np.cos(np.pi * (place - here))) / 2
    return interpolate(stations[here], stations[(here + 1) % len(stations)], eased)


def _read(part: str, latent_size: int) -> np.ndarray:
    if part.endswith(".npy"):
        return read_directions(Path(part), latent_size)
    if part.isdecimal() and int(part) <= LAST_SEED:
        return latents_from_seeds([int(part)], latent_size)
    raise UserError(f"`through` {part}: is neither a seed from 0 to {LAST_SEED} nor an .npy of latents; give either")
