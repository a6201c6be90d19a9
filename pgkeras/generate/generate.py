"""What `pgkeras generate` does."""

from pathlib import Path

import numpy as np

import pgkeras
from pgkeras.errors import UserError
from pgkeras.files.writing import writing
from pgkeras.generate.output import check_folder, check_size, grid_size, write_array, write_folder, write_grid
from pgkeras.generate.reals import choose_reals
from pgkeras.generate.request import choose
from pgkeras.generate.selection import labelled, select
from pgkeras.runs.discriminator import load_discriminator
from pgkeras.runs.folder import is_run
from pgkeras.runs.generators import choose_generator, load_generator
from pgkeras.text import counted
from pgkeras.truncation import truncate


def generate(
    run_or_model: Path,
    out: Path,
    num: int | None,
    grid: tuple[int, int] | None,
    scale: int,
    with_reals: bool,
    seed: int | None,
    latents: Path | None,
    labels: str | None,
    resolution: int | None,
    truncation: float,
    best_of: int,
) -> None:
    """Makes images and writes them.

    Args:
        run_or_model: a run, a folder of generators or one .keras file.
        out: a .png for a grid, an .npy for float32 images, else a folder for a PNG each.
        num: how many images; None for 64, or 8 of each class.
        grid: columns and rows of a grid, instead of num.
        scale: by which PNGs are enlarged.
        with_reals: whether a grid of real images is on the right.
        seed: of the first image; None for 0.
        latents: an .npy of latents, instead of seeds.
        labels: classes, each for a row, or an .npy for the images; None for all classes.
        resolution: which of the run's generators; None for the largest.
        truncation: how far images may be from the average one.
        best_of: candidates for each image, of which the discriminator's favourite is kept.

    Raises:
        UserError: if these contradict each other or a file, or a file cannot be read or written.
    """
    path = choose_generator(run_or_model, resolution)
    _check_run(run_or_model, with_reals, best_of)
    generator = truncate(load_generator(path), truncation)
    request = choose(generator, path, num, grid, seed, latents, labels)
    side = generator.output_shape[1]
    kind = out.suffix.lower()
    if kind != ".npy":
        check_size(*(grid_size(request, side, with_reals) if kind == ".png" else (side, side)), scale)
    seeds = request.seeds
    made = f"{counted(len(request), 'image')} of {side}x{side}"
    reals = choose_reals(run_or_model, request.labels, len(request), side) if with_reals else None
    if best_of > 1:
        out = labelled(out, best_of)
    if kind == "":
        check_folder(out, len(request))
    if best_of > 1:
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
        if kind == ".png":
            write_grid(generator, request, out, reals=reals, scale=scale, text=text)
        elif kind == ".npy":
            write_array(generator, request, out)
        else:
            write_folder(generator, request, out, scale=scale, text=text)
    print(f"{made}: {out}")


def _check_run(run_or_model: Path, with_reals: bool, best_of: int) -> None:
    if is_run(run_or_model):
        return
    if with_reals:
        raise UserError(f"`with_reals`: {run_or_model} is not a run, so it has no real images; drop it")
    if best_of > 1:
        raise UserError(f"`best_of` {best_of}: {run_or_model} is not a run, so it has no discriminator; drop it")


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
