"""Crops the faces in photos into a training set: `python preprocessing/crop_faces.py photos --out faces.npz`."""

import math
import os
from pathlib import Path

import click

from pgkeras.command_line import command, config_options, run, take_given
from pgkeras.errors import UserError
from pgkeras.files.lock import locked
from preprocessing.config import CropConfig
from preprocessing.engines import ENGINES

EXAMPLES = """\b
Examples:
  pgkeras crop photos/ --out faces.npz --size 64
  pgkeras crop celeba/ --out celeba/faces.npz --size 128 --shard-size 20000
  pgkeras crop holidays.mp4 --every 2 --out faces.npz
"""


@command(epilog=EXAMPLES, extra="faces")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The .npz to write; its rejects and report go beside it.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True),
    help="Also read videos, a frame every N seconds.  [default: no videos]",
    metavar="N",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count,
    show_default="the number of CPUs",
    help="Photos worked on at a time.",
)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="threads",
    show_default=True,
    help="Who works: threads of this machine, or the Ray cluster at RAY_ADDRESS.",
)
@click.option("--shard-size", type=click.IntRange(1), metavar="N", help="Write shards of N faces: faces-00000.npz ...")
@click.option("--compress", is_flag=True, help="Deflate the .npz; it can then not be memory-mapped.")
@click.option("--preview", is_flag=True, help="Write contact sheets of kept faces and of rejects for each reason, too.")
@config_options(CropConfig)
def main(photos: tuple[Path, ...], out: Path, every: float | None, **options: object) -> None:
    """Crops the faces in PHOTOS, files and folders with all their subfolders, into one .npz to train on.

    Reads JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, and HEIC with pillow-heif; frames of videos; and CelebA with its
    landmarks. Every photo that gives no face is listed, with the reason, in faces.rejects.csv; faces.report.html shows
    what was kept and what was not. If interrupted, the same command continues where it stopped.
    """
    config = CropConfig(**take_given(CropConfig, options))
    _check_out(out)
    if every is not None and not math.isfinite(every):
        raise UserError(f"--every {every}: must be a number of seconds")
    from preprocessing.make_faces import make_faces

    busy = f"{out}: somebody else is cropping into it already; wait for them, or give another --out"
    with locked(out.with_name(f".{out.stem}.lock"), busy=busy):
        make_faces(photos, out, config, every=every, **options)


def _check_out(out: Path) -> None:
    if out.suffix != ".npz":
        raise UserError(f"--out {out}: the name must end in .npz, as in faces.npz")
    if out.is_dir():
        raise UserError(f"--out {out} is a folder: give a file name, as in {out / 'faces.npz'}")


if __name__ == "__main__":
    run(main)
