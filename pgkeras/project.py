"""The command line that finds photos in a generator: `pgkeras project me.jpg runs/00000-faces-64`."""

from pathlib import Path

import click

from pgkeras.command_line import SEED, RunPath, command, run
from pgkeras.errors import UserError

EXAMPLES = """\b
Examples:
  pgkeras project me.jpg runs/00000-faces-64 --out found
  pgkeras project me.jpg you.jpg runs/00000-faces-64 --out found
  pgkeras walk runs/00000-faces-64 --through found/me.npy,3,found/you.npy --out walk.mp4
"""


@command(epilog=EXAMPLES)
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("run_or_model", type=RunPath())
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the latents and found.png.")
@click.option(
    "--seed", type=SEED, default=0, show_default=True, help="First of the 256 seeds that the search starts from."
)
@click.option("--labels", help="Of a conditional generator: the class that the photos show, by name or number.")
@click.option(
    "--refine",
    is_flag=True,
    help="Also optimize the 4x4 features directly, and show the result, which no latent gives.",
)
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
def main(
    photos: tuple[Path, ...],
    run_or_model: Path,
    out: Path,
    seed: int,
    labels: str | None,
    refine: bool,
    resolution: int | None,
) -> None:
    """Finds the latents whose images are most like the faces in PHOTOS.

    RUN_OR_MODEL is a run folder, a folder of generators or one .keras file. A run's photos are cropped as its training
    images were; square pictures of their size are taken as they are. me.jpg gives me.npy, a latent for walk --through,
    generate --latents and export --faces; found.png shows the photos, the faces found and the way there.
    """
    names = [photo.stem for photo in photos]
    for photo in photos:
        if names.count(photo.stem) > 1:
            raise UserError(f"{photo}: another photo is named {photo.stem}, too; rename one")
    from pgkeras.projection.command import find_photos

    find_photos(photos, run_or_model, out, seed, labels, refine, resolution)


if __name__ == "__main__":
    run(main)
