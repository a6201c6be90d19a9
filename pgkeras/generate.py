"""The command line that makes images: `python -m pgkeras.generate runs/00000-faces-64 --out grid.png`."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import keras
import numpy as np
from tqdm import tqdm

from pgkeras.atomic import atomic_path
from pgkeras.command_line import GridSize, run, truncation_option, writing
from pgkeras.errors import UserError
from pgkeras.images import grid, to_uint8, write_png
from pgkeras.labels import classes_of_rows, load_labels, one_hot, read_label_names, rows
from pgkeras.latents import LAST_SEED, latents_from_seeds
from pgkeras.loading import choose_generator, load_generator
from pgkeras.npy import read_npy
from pgkeras.sampling import label_size, sample_batches
from pgkeras.truncation import truncate

EXAMPLES = """\b
Examples:
  python -m pgkeras.generate runs/00000-faces-64 --out grid.png --num 64
  python -m pgkeras.generate runs/00000-faces-64 --out wide.png --grid 15x8 --truncation 0.7
  python -m pgkeras.generate generator_0064.keras --out faces/ --num 1000 --seed 7
  python -m pgkeras.generate runs/00000-faces-64 --out images.npy --latents z.npy
  python -m pgkeras.generate runs/00001-cifar-32 --out cats_and_dogs.png --labels cat,dog
"""
COLUMNS = 8  # images of each class, if --num does not say


@click.command(epilog=EXAMPLES)
@click.argument("run_or_model", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A .png for one grid, an .npy for float32 images, or a folder for a PNG each (a name without a dot, or of one "
    "that is there).",
)
@click.option("--num", type=click.IntRange(min=1), help="How many images.  [default: 64, or 8 of each class]")
@click.option(
    "--grid",
    "size",
    type=GridSize(),
    help="Columns x rows of a .png, instead of --num.  [default: square; with classes, a row of each]",
)
@click.option(
    "--seed", type=click.IntRange(0, LAST_SEED), help="Seed of the first image; the next add 1.  [default: 0]"
)
@click.option(
    "--latents", type=click.Path(path_type=Path), help="An .npy of latents (images, latent_size) instead of seeds."
)
@click.option(
    "--labels",
    help="Of a conditional generator: classes, each for a row of images, by name or number; or an .npy of class "
    "numbers (images,) or weights (images, classes).  [default: all classes]",
)
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@truncation_option
def main(
    run_or_model: Path,
    out: Path,
    num: int | None,
    size: tuple[int, int] | None,
    seed: int | None,
    latents: Path | None,
    labels: str | None,
    resolution: int | None,
    truncation: float,
) -> None:
    """Makes images with RUN_OR_MODEL: a run folder, a folder of generators or one .keras file.

    Image i comes from seed --seed + i, so the same seed always gives the same face.
    """
    if size is not None and num is not None:
        raise UserError(f"--num {num}: --grid already says how many images; drop one of them")
    if size is not None and out.suffix != ".png":
        raise UserError(f"--grid is for a .png, not for --out {out}; give --num")
    if out.suffix not in ("", ".png", ".npy") and not out.is_dir():
        raise UserError(f"--out {out}: {out.suffix} is not written; give a .png, an .npy, or a folder without a dot")
    path = choose_generator(run_or_model, resolution)
    generator = truncate(load_generator(path), truncation)
    request = _request(generator, path, num, size, seed, latents, labels)
    with writing(out):
        _write(generator, request, out)
    number, side = len(request.latents), generator.output_shape[1]
    print(f"{number} images of {side}x{side}: {out}")


@dataclass(frozen=True)
class _Request:
    """What to make.

    Attributes:
        latents: float32 (images, latent_size).
        labels: float32 (images, label_size), or None.
        columns: of the grid; None for a square one.
    """

    latents: np.ndarray
    labels: np.ndarray | None = None
    columns: int | None = None


def _request(
    generator: keras.Model,
    path: Path,
    num: int | None,
    size: tuple[int, int] | None,
    seed: int | None,
    latents: Path | None,
    labels: str | None,
) -> _Request:
    latent_size, classes = generator.inputs[0].shape[-1], label_size(generator)
    columns, number = (size[0], size[0] * size[1]) if size else (None, num)
    given = None
    if latents is not None:
        given = _load_latents(latents, latent_size, num, seed)
        number = _same(number, len(given), latents)
    if not classes:
        if labels is not None:
            raise UserError(f"--labels {labels}: {path} has no classes; drop --labels")
        number = number or 64
        one_hots = None
    elif labels is not None and labels.endswith(".npy"):
        one_hots = load_labels(Path(labels), classes)
        if num is not None:
            raise UserError(f"--labels {labels} already says how many images: drop --num")
        number = _same(number, len(one_hots), Path(labels))
    else:  # a row for each class
        shown = classes_of_rows(labels, read_label_names(path, classes), size and size[1])
        number = number or COLUMNS * len(shown)
        columns = -(-number // len(shown))
        one_hots = one_hot(rows(shown, columns)[:number], classes)
    return _Request(_latents_from(seed, number, latent_size) if given is None else given, one_hots, columns)


def _same(number: int | None, held: int, path: Path) -> int:
    """How many images there are, if a file holds something for each."""
    if number not in (None, held):
        raise UserError(f"{path}: is for {held} images, but {number} are asked for; give as many")
    return held


def _latents_from(seed: int | None, number: int, latent_size: int) -> np.ndarray:
    first = seed or 0
    last = first + number - 1
    if last > LAST_SEED:
        raise UserError(f"--seed {first}: the last image's seed would be {last}, above {LAST_SEED}")
    return latents_from_seeds(range(first, last + 1), latent_size)


def _load_latents(path: Path, latent_size: int, num: int | None, seed: int | None) -> np.ndarray:
    if num is not None or seed is not None:
        raise UserError(f"--latents {path} already says which images: drop --num and --seed")
    latents = read_npy(path)
    if latents.ndim != 2 or latents.shape[1] != latent_size or latents.dtype.kind != "f" or not len(latents):
        raise UserError(
            f"{path}: holds {latents.dtype} {latents.shape}; this generator takes float32 (images, {latent_size})"
        )
    return latents.astype(np.float32)


def _write(generator: keras.Model, request: _Request, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    number = len(request.latents)
    progress = tqdm(total=number, unit="image", disable=None)
    batches = _counted(sample_batches(generator, request.latents, request.labels), progress)
    if out.suffix == ".png":
        write_png(out, grid(np.concatenate([to_uint8(batch) for batch in batches]), request.columns))
    elif out.suffix == ".npy":
        with atomic_path(out) as temporary:
            _write_npy(batches, temporary, (number, *generator.output_shape[1:]))
    else:
        out.mkdir(parents=True, exist_ok=True)
        numbers = itertools.count()
        for batch in batches:
            for image in to_uint8(batch):
                write_png(out / f"{next(numbers):06}.png", image)


def _write_npy(batches: Iterator[np.ndarray], path: Path, shape: tuple[int, ...]) -> None:
    images = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    start = 0
    for batch in batches:
        images[start : start + len(batch)] = batch
        start += len(batch)
    images.flush()


def _counted(batches: Iterator[np.ndarray], progress: tqdm) -> Iterator[np.ndarray]:
    with progress:
        for batch in batches:
            yield batch
            progress.update(len(batch))


if __name__ == "__main__":
    run(main)
