"""Writes data sets as .npz files to train on, streaming, so that memory does not grow with them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import write_array, write_array_header_1_0

from pgkeras.data.dataset import Dataset
from pgkeras.files.atomic import atomic_path

CHUNK = 2**24  # bytes of pixels in memory at once
OVERHEAD = 2**12  # bytes, at most, of an .npz that are not data


def packed_size(dataset: Dataset, files: int) -> int:
    """How much disk a data set takes, in bytes, rounded up by less than 4 KB per file.

    Args:
        dataset: the data set.
        files: how many .npz files it is spread over.
    """
    labels = 0 if dataset.labels is None else dataset.labels.nbytes
    names = np.array(dataset.label_names, np.str_).nbytes
    return int(np.prod(dataset.images.shape)) + labels + files * (names + OVERHEAD)


def write_npz(path: Path, dataset: Dataset, on_progress: Callable[[int], object]) -> None:
    """Writes one .npz, whole or not at all; the same data give the same bytes.

    Args:
        path: the file.
        dataset: becomes `images`, if there are labels `labels` and `label_names`, and `mirror` if it is False; all
            stored, not deflated.
        on_progress: called with the number of images written since its last call.
    """
    with atomic_path(path) as temporary:
        _write(temporary, dataset, slice(0, len(dataset.images)), on_progress)


def write_shards(folder: Path, dataset: Dataset, shard_images: int, on_progress: Callable[[int], object]) -> None:
    """Writes a folder of shards, NAME-00000.npz and on, where NAME is the folder's; whole or not at all.

    Args:
        folder: must be missing or empty.
        dataset: as in `write_npz`.
        shard_images: images in each shard but the last.
        on_progress: as in `write_npz`.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as parent:
        written = Path(parent) / "shards"
        written.mkdir()
        for number, start in enumerate(range(0, len(dataset.images), shard_images)):
            here = slice(start, min(start + shard_images, len(dataset.images)))
            with atomic_path(written / f"{folder.name}-{number:05}.npz") as temporary:
                _write(temporary, dataset, here, on_progress)
        written.replace(folder)


def _write(path: Path, dataset: Dataset, here: slice, on_progress: Callable[[int], object]) -> None:
    side = dataset.images.shape[1:]
    chunk = max(1, CHUNK // int(np.prod(side)))
    with ZipFile(path, "w") as archive:
        with _member(archive, "images") as member:
            shape = (here.stop - here.start, *side)
            write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": shape})
            for start in range(here.start, here.stop, chunk):
                images = dataset.images[start : min(start + chunk, here.stop)]
                member.write(np.ascontiguousarray(images).data)
                on_progress(len(images))
        if dataset.labels is not None:
            with _member(archive, "labels") as member:
                write_array(member, dataset.labels[here], allow_pickle=False)
            with _member(archive, "label_names") as member:
                write_array(member, np.array(dataset.label_names, np.str_), allow_pickle=False)
        if not dataset.mirror:
            with _member(archive, "mirror") as member:
                write_array(member, np.array(False), allow_pickle=False)


def _member(archive: ZipFile, name: str) -> IO[bytes]:
    information = ZipInfo(f"{name}.npy")  # without the time of day
    information.compress_type = ZIP_STORED
    return archive.open(information, "w", force_zip64=True)
