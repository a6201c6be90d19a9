"""How a run's fixed latents grew, from 4x4 up."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pgkeras.errors import UserError
from pgkeras.images import to_screen_size
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule

FADED = 0.5  # of a snapshot's time it takes to fade in over the one before.
TEXT_SIZE = 1 / 32  # of the picture's width.


def training_frames(run: Path, frames: int) -> Iterator[np.ndarray]:
    """The sample grids of a run, one fading into the next, each for the same time.

    Args:
        run: its folder.
        frames: of the video.

    Yields:
        uint8 (height, width, 3): the grid, and a strip with the images shown, the resolution and the phase.

    Raises:
        UserError: if this is not a run, or a run without samples, or one of them cannot be read.
    """
    folder, description = RunFolder.open(run)
    schedule = Schedule.from_config(description.config)
    samples = folder.list_samples()
    if not samples:
        raise UserError(f"{run}: the run has no samples yet; the first are written with the first snapshot")
    shown = None
    previous = current = strip = np.empty(0)
    for frame in range(frames):
        place = frame * len(samples) / frames
        if int(place) != shown:
            shown = int(place)
            path = samples[shown]
            previous, current = current, _read(path)
            strip = _strip(_text(schedule, int(path.stem)), current.shape[1])
        faded = min((place - shown) / FADED, 1.0) if shown else 1.0
        yield np.concatenate([_blend(previous, current, faded), strip])


def _read(path: Path) -> np.ndarray:
    try:
        with Image.open(path) as picture:
            return to_screen_size(np.asarray(picture.convert("RGB")))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: cannot be read as a picture ({error}); delete it") from None


def _blend(previous: np.ndarray, current: np.ndarray, share: float) -> np.ndarray:
    if share == 1:
        return current
    return np.rint((1 - share) * previous + share * current).astype(np.uint8)


def _text(schedule: Schedule, images_shown: int) -> tuple[str, str]:
    return f"{images_shown:,} images shown", schedule.before(images_shown).phase.name


def _strip(texts: tuple[str, str], width: int) -> np.ndarray:
    size = round(width * TEXT_SIZE)
    height = 2 * size
    strip = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(size)
    left, right = texts
    draw.text((size // 2, height // 2), left, "white", font, anchor="lm")
    draw.text((width - size // 2, height // 2), right, "white", font, anchor="rm")
    return np.asarray(strip)
