"""The command line that makes images: `pgkeras generate runs/00000-faces-64 --out grid.png`."""

from pathlib import Path

import click

from pgkeras.command_line import SEED, GridSize, RunPath, command, run, truncation_option
from pgkeras.errors import UserError

EXAMPLES = """\b
Examples:
  pgkeras generate runs/00000-faces-64 --out grid.png --num 64
  pgkeras generate runs/00000-faces-64 --out wide.png --grid 15x8 --truncation 0.7
  pgkeras generate runs/00000-faces-32 --out grid.png --scale 4 --with-reals
  pgkeras generate runs/00000-faces-64 --out grid.png --best-of 4
  pgkeras generate generator_0064.keras --out faces/ --num 1000 --seed 7
  pgkeras generate runs/00000-faces-64 --out images.npy --latents z.npy
  pgkeras generate runs/00001-cifar-32 --out cats_and_dogs.png --labels cat,dog
"""


@command(epilog=EXAMPLES)
@click.argument("run_or_model", type=RunPath())
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
    help="To the right of the grid, show as many real images: from the run's reals.png, so 64 at most, or 8 of each "
    "class.",
)
@click.option("--seed", type=SEED, help="Seed of the first image; the next add 1.  [default: 0]")
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
    help="For showing, not for measuring: make this many candidates for each image, and keep those with the run's "
    "discriminator's highest scores, class by class. The name of what is written says so, and a PNG's metadata.",
)
def main(
    out: Path, num: int | None, grid: tuple[int, int] | None, scale: int, with_reals: bool, **options: object
) -> None:
    """Makes images with RUN_OR_MODEL: a run folder, a folder of generators or one .keras file.

    Image i comes from seed --seed + i, so the same seed always gives the same face.
    """
    if grid is not None and num is not None:
        raise UserError(f"--num {num}: --grid already says how many images; drop one of them")
    _check_out(out, grid, scale, with_reals)
    from pgkeras.generate.generate import generate

    generate(out=out, num=num, grid=grid, scale=scale, with_reals=with_reals, **options)


def _check_out(out: Path, grid: tuple[int, int] | None, scale: int, with_reals: bool) -> None:
    kind = out.suffix.lower()
    if kind not in ("", ".png", ".npy") and not out.is_dir():
        raise UserError(f"--out {out}: {out.suffix} is not written; give a .png, an .npy, or a folder without a dot")
    if grid is not None and kind != ".png":
        raise UserError(f"--grid is for a .png, not for --out {out}; give --num")
    if with_reals and kind != ".png":
        raise UserError(f"--with-reals is for a .png, not for --out {out}; drop it")
    if scale > 1 and kind == ".npy":
        raise UserError(f"--scale {scale} is for pictures, not for --out {out}; drop it")


if __name__ == "__main__":
    run(main)
