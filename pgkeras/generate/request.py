"""What to make: latents and classes, from seeds or from files."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from pgkeras.errors import UserError
from pgkeras.labels import classes_of_rows, load_labels, one_hot, read_label_names, refuse_labels, rows
from pgkeras.latents import LAST_SEED, SeededLatents, read_latents
from pgkeras.sampling import label_size, sample_batches

COLUMNS = 8  # images of each class, if the number of images is not given


@dataclass(frozen=True)
class Request:
    """What to make.

    Attributes:
        latents: float32 (images, latent_size), or those of `seeds`.
        columns: of a grid.
        labels: float32 (images, label_size), or None.
        seeds: int64 (images,), of the latents; None if they come from a file.
    """

    latents: np.ndarray | SeededLatents
    columns: int
    labels: np.ndarray | None = None
    seeds: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.latents)

    def make(self, generator: keras.Model, doing: str | None = None) -> Iterator[np.ndarray]:
        """Makes the images, with a progress bar.

        Args:
            generator: latents, or latents and labels -> images.
            doing: what the progress bar says.

        Yields:
            float32 (some, side, side, channels) as the network gives them, not clipped.
        """
        with tqdm(total=len(self), desc=doing, unit="image", disable=None) as progress:
            for batch in sample_batches(generator, self.latents, self.labels):
                yield batch
                progress.update(len(batch))


def choose(
    generator: keras.Model,
    path: Path,
    num: int | None = None,
    size: tuple[int, int] | None = None,
    seed: int | None = None,
    latents: Path | None = None,
    labels: str | None = None,
) -> Request:
    """What the options ask for.

    Args:
        generator: latents, or latents and labels -> images.
        path: its file.
        num: images.
        size: columns and rows of a grid, instead of num.
        seed: of the first image; None for 0.
        latents: an .npy of latents (images, latent_size), instead of seeds.
        labels: classes, each for a row, as `parse_classes` reads them, or an .npy as `load_labels` reads it.

    Raises:
        UserError: if options contradict each other or a file, or a file cannot be read.
    """
    latent_size, classes = generator.inputs[0].shape[-1], label_size(generator)
    columns, number = (size[0], size[0] * size[1]) if size else (None, num)
    given = one_hots = seeds = None
    if latents is not None:
        given = _load_latents(latents, latent_size, num, seed)
        number = _same(number, len(given), latents)
    if not classes:
        refuse_labels(labels, path)
        number = number or 64
    elif labels is not None and labels.endswith(".npy"):
        one_hots = load_labels(Path(labels), classes)
        if num is not None:
            raise UserError(f"`labels` {labels} already says how many images: drop `num`")
        number = _same(number, len(one_hots), Path(labels))
    else:  # a row for each class
        shown = classes_of_rows(labels, read_label_names(path, classes), size and size[1])
        number = number or COLUMNS * len(shown)
        columns = -(-number // len(shown))
        one_hots = one_hot(rows(shown, columns)[:number], classes)
    if given is None:
        seeds = seeds_from(seed or 0, number)
        given = SeededLatents(seeds, latent_size)
    return Request(given, columns or math.ceil(math.sqrt(number)), one_hots, seeds)


def seeds_from(first: int, number: int) -> np.ndarray:
    """Consecutive seeds.

    Args:
        first: of them.
        number: how many.

    Returns:
        int64 (number,).

    Raises:
        UserError: if the last one would be too large.
    """
    last = first + number - 1
    if last > LAST_SEED:
        raise UserError(f"`seed` {first}: the last image's seed would be {last}, above {LAST_SEED}")
    return np.arange(first, last + 1)


def _same(number: int | None, held: int, path: Path) -> int:
    """How many images there are, if a file holds something for each."""
    if number not in (None, held):
        raise UserError(f"{path}: is for {held} images, but {number} are asked for; give as many")
    return held


def _load_latents(path: Path, latent_size: int, num: int | None, seed: int | None) -> np.ndarray:
    if num is not None or seed is not None:
        raise UserError(f"`latents` {path} already says which images: drop `num` and `seed`")
    return read_latents(path, latent_size)
