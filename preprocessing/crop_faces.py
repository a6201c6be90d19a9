"""Crops the faces in photos into a training set: `python preprocessing/crop_faces.py photos --out faces.npz`."""

import math
import os
from collections import Counter
from pathlib import Path

import click

from pgkeras.command_line import config_options, run
from pgkeras.errors import UserError
from preprocessing.catalogue import Catalogue
from preprocessing.config import CropConfig
from preprocessing.engines import ENGINES
from preprocessing.find_photos import find_photos
from preprocessing.margin import Margin
from preprocessing.pack import write_faces, write_rejects
from preprocessing.rejects import REMEDIES, Reason
from preprocessing.report import write_report
from preprocessing.stages import crop_all
from preprocessing.summarize import contact_sheets, preview_path, summarize, write_previews
from preprocessing.work_folder import WorkFolder
from preprocessing.writing import writing

MANY = 0.2  # of the photos

EXAMPLES = """\b
Examples:
  python preprocessing/crop_faces.py photos/ --out faces.npz --size 64
  python preprocessing/crop_faces.py celeba/ --out celeba/faces.npz --shard-size 20000
  python preprocessing/crop_faces.py holidays.mp4 --every 2 --out faces.npz
"""


@click.command(epilog=EXAMPLES)
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
    help="Take a frame of every video so many seconds apart.  [default: no videos]",
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
@click.option("--shard-size", type=click.IntRange(1), help="Write shards faces-00000.npz ... of so many faces.")
@click.option("--compress", is_flag=True, help="Deflate the .npz; it can then not be memory-mapped.")
@click.option("--preview", is_flag=True, help="Write contact sheets of kept faces and of rejects for each reason, too.")
@config_options(CropConfig)
def main(
    photos: tuple[Path, ...],
    out: Path,
    every: float | None,
    workers: int,
    engine: str,
    shard_size: int | None,
    compress: bool,
    preview: bool,
    **options: object,
) -> None:
    """Crops the faces in PHOTOS, files and folders with all their subfolders, into one .npz to train on.

    Reads JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, and HEIC with pillow-heif; frames of videos; and CelebA with its
    landmarks. Every photo that gives no face is listed, with the reason, in faces.rejects.csv; faces.report.html shows
    what was kept and what was not. Interrupted, the same command goes on where it was.
    """
    config = CropConfig(**{name: value for name, value in options.items() if value is not None})
    _check_out(out)
    if every is not None and not math.isfinite(every):
        raise UserError(f"--every {every}: must be a number of seconds")
    previews = [preview_path(out, reason) for reason in (None, *Reason)]
    files = find_photos(photos, every, without=previews)
    if every is not None and all(file.second is None for file in files):
        raise UserError(f"--every {every:g}: there is no video in {', '.join(map(str, photos))}; drop the option")
    work = WorkFolder(out, files, config)
    margin = crop_all(work, config, engine, workers)
    catalogue = Catalogue.of(work, config)
    with writing(out):
        resolved = config.resolved(margin.value)
        written = write_faces(out, work, catalogue, resolved, shard_size=shard_size, compress=compress)
        write_rejects(out.with_suffix(".rejects.csv"), catalogue.rejects)
        sheets = contact_sheets(work, catalogue)
        others = {"every": every, "shard_size": shard_size, "compress": compress, "preview": preview}
        write_report(out.with_suffix(".report.html"), summarize(out, photos, config, margin, others, catalogue, sheets))
        if preview:
            write_previews(out, sheets)
        work.remove()
    _tell(out, written, catalogue, config.size, margin)


def _check_out(out: Path) -> None:
    if out.suffix != ".npz":
        raise UserError(f"--out {out}: the name must end in .npz, as in faces.npz")
    if out.is_dir():
        raise UserError(f"--out {out} is a folder: give a file name, as in {out / 'faces.npz'}")


def _tell(out: Path, written: list[Path], catalogue: Catalogue, size: int, margin: Margin) -> None:
    number = int(catalogue.kept.sum())
    reasons = Counter(reason for _, reason, _ in catalogue.rejects)
    if not written:
        taken = ", ".join(
            f"{count} {reason}" + (f" ({REMEDIES[reason]})" if reason in REMEDIES else "")
            for reason, count in reasons.most_common()
        )
        raise UserError(
            f"no face is left of {catalogue.photos} photos: {taken}; see {out.with_suffix('.rejects.csv')}, or give "
            "other photos"
        )
    where = written[0] if len(written) == 1 else f"{written[0]} to {written[-1].name}"
    print(f"{number} faces of {size}x{size} pixels from {catalogue.photos} photos: {where}")
    rejects = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    print(f"{len(catalogue.rejects)} photos without a face{f' ({rejects})' * bool(rejects)}")
    print(f"margin {margin.value:g}: {margin.reason}")
    for reason, count in reasons.items():
        if reason in REMEDIES and count > MANY * catalogue.photos:
            print(f"many are {reason}; to keep more of them: {REMEDIES[reason]}")
    print(f"look at them: {out.with_suffix('.report.html')}")


if __name__ == "__main__":
    run(main)
