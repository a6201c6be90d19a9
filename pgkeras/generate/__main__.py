"""The command line that makes images: `python -m pgkeras.generate runs/00000-faces-64 --out grid.png`."""

from pathlib import Path

import click
import numpy as np

import pgkeras
from pgkeras.command_line import GridSize, run, truncation_option, writing
from pgkeras.errors import UserError
from pgkeras.generate.output import check_size, grid_size, write_array, write_folder, write_grid
from pgkeras.generate.reals import choose_reals
from pgkeras.generate.request import choose
from pgkeras.generate.selection import labelled, select
from pgkeras.latents import LAST_SEED
from pgkeras.runs.discriminator import load_discriminator
from pgkeras.runs.folder import is_run
from pgkeras.runs.generators import choose_generator, load_generator
from pgkeras.truncation import truncate

EXAMPLES = """\b
Examples:
  python -m pgkeras.generate runs/00000-faces-64 --out grid.png --num 64
  python -m pgkeras.generate runs/00000-faces-64 --out wide.png --grid 15x8 --truncation 0.7
  python -m pgkeras.generate runs/00000-faces-32 --out grid.png --scale 4 --with-reals
  python -m pgkeras.generate runs/00000-faces-64 --out grid.png --best-of 4
  python -m pgkeras.generate generator_0064.keras --out faces/ --num 1000 --seed 7
  python -m pgkeras.generate runs/00000-faces-64 --out images.npy --latents z.npy
  python -m pgkeras.generate runs/00001-cifar-32 --out cats_and_dogs.png --labels cat,dog
"""


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
    "--scale",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    help="Enlarge PNGs by this factor, by repeating pixels.",
)
@click.option(
    "--with-reals",
    is_flag=True,
    help="Right of the grid, show as many real images: from the run's reals.png, so 64 at most, or 8 of each class.",
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
@click.option(
    "--best-of",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="For showing, not for measuring: make so many candidates for each image, and keep those with the run's "
    "discriminator's highest scores, class by class. The name of what is written says so, and a PNG's metadata.",
)
def main(
    run_or_model: Path,
    out: Path,
    num: int | None,
    size: tuple[int, int] | None,
    scale: int,
    with_reals: bool,
    seed: int | None,
    latents: Path | None,
    labels: str | None,
    resolution: int | None,
    truncation: float,
    best_of: int,
) -> None:
    """Makes images with RUN_OR_MODEL: a run folder, a folder of generators or one .keras file.

    Image i comes from seed --seed + i, so the same seed always gives the same face.
    """
    if size is not None and num is not None:
        raise UserError(f"--num {num}: --grid already says how many images; drop one of them")
    _check_out(out, size, scale, with_reals)
    path = choose_generator(run_or_model, resolution)
    _check_run(run_or_model, with_reals, best_of)
    generator = truncate(load_generator(path), truncation)
    request = choose(generator, path, num, size, seed, latents, labels)
    side = generator.output_shape[1]
    if out.suffix != ".npy":
        check_size(*(grid_size(request, side, with_reals) if out.suffix == ".png" else (side, side)), scale)
    seeds = request.seeds
    made = f"{len(request)} images of {side}x{side}"
    reals = choose_reals(run_or_model, request.labels, len(request), side) if with_reals else None
    if best_of > 1:
        out = labelled(out, best_of)
        request = select(generator, load_discriminator(run_or_model, side), request, best_of)
        made += f", selected of {best_of * len(request)} by the discriminator"
    if reals is not None:
        made += f", beside {np.count_nonzero(reals.any(axis=(1, 2, 3)))} real ones"
    text = {
        "Software": f"pgkeras {pgkeras.__version__}",
        "Description": "; ".join([made, _source(run_or_model, path), _inputs(seeds, latents, best_of, truncation)]),
    }
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".png":
            write_grid(generator, request, out, reals=reals, scale=scale, text=text)
        elif out.suffix == ".npy":
            write_array(generator, request, out)
        else:
            write_folder(generator, request, out, scale=scale, text=text)
    print(f"{made}: {out}")


def _check_out(out: Path, size: tuple[int, int] | None, scale: int, with_reals: bool) -> None:
    if out.suffix not in ("", ".png", ".npy") and not out.is_dir():
        raise UserError(f"--out {out}: {out.suffix} is not written; give a .png, an .npy, or a folder without a dot")
    if size is not None and out.suffix != ".png":
        raise UserError(f"--grid is for a .png, not for --out {out}; give --num")
    if with_reals and out.suffix != ".png":
        raise UserError(f"--with-reals is for a .png, not for --out {out}; drop it")
    if scale > 1 and out.suffix == ".npy":
        raise UserError(f"--scale {scale} is for pictures, not for --out {out}; drop it")


def _check_run(run_or_model: Path, with_reals: bool, best_of: int) -> None:
    if is_run(run_or_model):
        return
    if with_reals:
        raise UserError(f"--with-reals: {run_or_model} is no run's folder, so it has no real images; drop it")
    if best_of > 1:
        raise UserError(f"--best-of {best_of}: {run_or_model} is no run's folder, so it has no discriminator; drop it")


def _source(run_or_model: Path, path: Path) -> str:
    """The generator, without where it lies on this machine."""
    return path.name if run_or_model.is_file() else f"{path.name} of {run_or_model.resolve().name}"


def _inputs(seeds: np.ndarray | None, latents: Path | None, best_of: int, truncation: float) -> str:
    """What went into the generator, for candidates too."""
    if seeds is None:
        inputs = f"latents of {latents.name}"
    else:
        inputs = f"seeds {seeds[0]} to {seeds[0] + best_of * len(seeds) - 1}"
    return inputs if truncation == 1 else f"{inputs}; truncation {truncation:g}"


if __name__ == "__main__":
    run(main)
