"""Writes faces.npz, or its shards, and faces.rejects.csv from the chunks of a finished run."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import write_array, write_array_header_1_0

from pgkeras.files.atomic import atomic_path
from preprocessing.catalogue import Catalogue
from preprocessing.config import CropConfig
from preprocessing.work_folder import WorkFolder

# Of faces.npz, beside `images`.
ARRAYS = ("sources", "boxes", "landmarks", "confidence", "outside", "sides")


def write_faces(
    out: Path,
    work: WorkFolder,
    catalogue: Catalogue,
    config: CropConfig,
    *,
    shard_size: int | None = None,
    compress: bool = False,
) -> list[Path]:
    """Writes the faces that were kept; every file appears whole or not at all, and memory does not grow with them.

    Args:
        out: the .npz; with shards, what they are named after, `faces-00000.npz` and on.
        work: with all chunks done.
        catalogue: of its chunks.
        config: with which they were cropped, its margin a number.
        shard_size: faces in a file at most; None for one file.
        compress: deflate the arrays, which can then no longer be memory-mapped.

    Returns:
        The files written; none without a face.
    """
    kept = np.flatnonzero(catalogue.kept)
    size = shard_size or max(1, len(kept))
    shards = [kept[start : start + size] for start in range(0, len(kept), size)]
    paths = [_shard(out, number) for number in range(len(shards))] if shard_size else [out] * len(shards)
    compression = ZIP_DEFLATED if compress else ZIP_STORED
    images = _kept_images(work, catalogue)
    for path, indices in zip(paths, shards, strict=True):
        arrays = {name: catalogue.faces[name][indices] for name in ARRAYS}
        arrays["options"] = np.array(config.model_dump_json())
        with atomic_path(path) as temporary, ZipFile(temporary, "w", compression) as archive:
            _write_images(archive, images, len(indices))
            for name, array in arrays.items():
                with _member(archive, name) as member:
                    write_array(member, array, allow_pickle=False)
    if paths:
        _remove_others(out, paths)
    return paths


def write_rejects(path: Path, rejects: Iterable[tuple[str, str, str]]) -> None:
    """Writes the table of photos without a face.

    Args:
        path: the .csv.
        rejects: source, reason and detail of each; names need not be valid text.
    """
    with (
        atomic_path(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["path", "reason", "detail"])
        table.writerows(rejects)


def _shard(out: Path, number: int) -> Path:
    return out.with_name(f"{out.stem}-{number:05}.npz")


def _remove_others(out: Path, written: list[Path]) -> None:
    """What an earlier run of the same name has left: readers take all .npz files of a folder as one set."""
    number = 0
    while (shard := _shard(out, number)).exists():
        if shard not in written:
            shard.unlink()
        number += 1
    if out not in written:
        out.unlink(missing_ok=True)


def _kept_images(work: WorkFolder, catalogue: Catalogue) -> Iterator[np.ndarray]:
    for number, start in zip(work.chunks, catalogue.face_starts, strict=True):
        images = work.load("cropped", number, without=("thumbnails",)).faces["images"]
        yield from images[catalogue.kept[start : start + len(images)]]


def _write_images(archive: ZipFile, images: Iterator[np.ndarray], number: int) -> None:
    with _member(archive, "images") as member:
        for index in range(number):
            image = next(images)
            if index == 0:
                shape = (number, *image.shape)
                write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": shape})
            member.write(np.ascontiguousarray(image).data)


@contextmanager
def _member(archive: ZipFile, name: str) -> Iterator[IO[bytes]]:
    information = ZipInfo(f"{name}.npy")  # without the time of day: the same photos give the same bytes
    information.compress_type = archive.compression
    with archive.open(information, "w", force_zip64=True) as member:
        yield member
