"""Crops the faces in photos into a training set: `python preprocessing/crop_faces.py photos --out faces.npz`."""

import os
from pathlib import Path

import click
from tqdm import tqdm

from pgkeras.command_line import run
from pgkeras.errors import UserError
from preprocessing.collect import collect_faces
from preprocessing.find_photos import find_photos
from preprocessing.judge import Judge
from preprocessing.pack import FacesFile

PROGRESS_AFTER = 2  # seconds; shorter work needs no bar


@click.command(context_settings={"show_default": True})
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The .npz to write; its rejects go beside it."
)
@click.option("--size", type=click.IntRange(4, 1024), default=256, help="Side of the crops in pixels.")
@click.option(
    "--faces", type=click.Choice(["largest", "all"]), default="largest", help="Which of a photo's faces to keep."
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 3),
    default=0.3,
    help="Added to the face box, in box sides; more shows more hair, and more reflection of tight photos.",
)
@click.option("--min-confidence", type=click.FloatRange(0.5, 1), default=0.9, help="Drop what is less surely a face.")
@click.option("--min-face", type=click.IntRange(1), default=20, help="Drop faces smaller than this, in photo pixels.")
@click.option("--batch-size", type=click.IntRange(1, 256), default=8, help="Photos searched for faces at once.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count,
    show_default="the number of CPUs",
    help="Threads that decode photos.",
)
@click.option("--compress", is_flag=True, help="Deflate the .npz; it can then not be memory-mapped.")
def main(
    photos: tuple[Path, ...],
    out: Path,
    size: int,
    faces: str,
    margin: float,
    min_confidence: float,
    min_face: int,
    batch_size: int,
    workers: int,
    compress: bool,
) -> None:
    """Crops the faces in PHOTOS, files and folders with all their subfolders, into one .npz to train on.

    Reads JPEG, PNG, WebP and BMP. Every photo that gives no face is listed, with the reason, in a .rejects.csv.

    Example: python preprocessing/crop_faces.py photos/ --out faces.npz --size 64
    """
    files = find_photos(photos)
    judge = Judge(faces, min_confidence, min_face)
    with FacesFile(out, size, compress) as output:
        with tqdm(total=len(files), unit="photo", delay=PROGRESS_AFTER, leave=False) as bar:
            collect_faces(files, output, judge, margin, batch_size, workers, on_progress=bar.update)
        output.publish()
    rejects = ", ".join(f"{count} {reason}" for reason, count in output.rejects.most_common())
    if not output.count:
        raise UserError(
            f"no face in any of {len(files)} photos ({rejects}): see {output.rejects_path}, or give other photos"
        )
    print(f"{output.count} faces of {size}x{size} pixels from {len(files)} photos: {out}")
    print(f"{output.rejects.total()} photos without a face{f' ({rejects})' * bool(rejects)}: {output.rejects_path}")


if __name__ == "__main__":
    run(main)
