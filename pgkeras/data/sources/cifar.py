"""CIFAR-10 and CIFAR-100, as downloaded: the Python batches in their folder, or its .tar.gz.

Their training images only: what networks are measured by must stay unseen.
"""

import gzip
import io
import math
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pgkeras.data.checks import check_images, check_labels, check_memory
from pgkeras.data.dataset import Dataset
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError
from pgkeras.interop.pickled_arrays import NUMPY_GLOBALS
from pgkeras.interop.restricted_unpickler import load_pickle

SHAPE = (3, 32, 32)
MOST_MEMBERS = 1000  # of an archive; CIFAR's have ten
MOST_READ = 2**26  # bytes at once; a batch has 31 MB


class _Version(NamedTuple):
    batches: Sequence[str]
    meta: str
    labels: str
    label_names: str


CIFAR_10 = _Version([f"data_batch_{number}" for number in range(1, 6)], "batches.meta", "labels", "label_names")
CIFAR_100 = _Version(["train"], "meta", "fine_labels", "fine_label_names")


def is_cifar(path: Path) -> bool:
    """Whether a path is a folder of CIFAR's batches, or a .tar.gz."""
    if path.is_dir():
        return any((path / version.meta).is_file() for version in (CIFAR_10, CIFAR_100))
    return path.is_file() and path.name.lower().endswith((".tar.gz", ".tgz"))


def open_cifar(path: Path, labels: bool) -> Dataset:
    """Reads CIFAR's training images into memory: 154 MB.

    Args:
        path: `cifar-10-batches-py`, `cifar-100-python`, or one of their .tar.gz files.
        labels: whether to read the labels; CIFAR-100's are the 100 fine ones.

    Raises:
        UserError: if a file is missing, damaged, or holds something else; none is ever executed.
    """
    files = _in_folder(path) if path.is_dir() else _in_archive(path)
    version = next((version for version in (CIFAR_10, CIFAR_100) if version.meta in files), None)
    if version is None:
        raise UserError(
            f"{path}: holds neither CIFAR-10 nor CIFAR-100 for Python; unpack other archives, and give the folder"
        )
    for name in version.batches:
        if name not in files:
            raise UserError(f"{path}: has no {name}; download it again")
    batches = [_load(path / name, files.pop(name)) for name in version.batches]
    images = np.concatenate([_rows(path, batch) for batch in batches])
    images = images.reshape(-1, *SHAPE).transpose(0, 2, 3, 1)
    check_images(path, images.shape, images.dtype)
    if not labels:
        return Dataset(images, mirror=False)
    classes = [each for batch in batches for each in _list(path, batch, version.labels, int)]
    names = _list(path, _load(path / version.meta, files[version.meta]), version.label_names, str)
    return Dataset(images, *check_labels(path, np.array(classes), len(images), names), mirror=False)


class _Bounded(gzip.GzipFile):
    """Headers of an archive can claim any size, and tarfile reads them whole."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MOST_READ:
            raise ValueError(f"it asks for {size:,} bytes at once")
        return super().read(size)


def _in_folder(folder: Path) -> dict[str, bytes]:
    files = {}
    for name in _file_names():
        file = folder / name
        if file.is_file():
            check_memory(file, file.stat().st_size)
            files[name] = file.read_bytes()
    return files


def _in_archive(path: Path) -> dict[str, bytes]:
    files = {}
    try:
        with _Bounded(path) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
            for number, member in enumerate(archive):
                if number == MOST_MEMBERS:
                    raise ValueError(f"it has over {MOST_MEMBERS} members")
                name = Path(member.name).name
                if member.isfile() and name in _file_names():
                    check_memory(path / name, member.size)
                    files[name] = archive.extractfile(member).read()
    except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read as .tar.gz ({reason(error)}); download it again") from None
    return files


def _file_names() -> list[str]:
    return [name for version in (CIFAR_10, CIFAR_100) for name in (*version.batches, version.meta)]


def _load(path: Path, pickled: bytes) -> dict[str, Any]:
    batch = load_pickle(io.BytesIO(pickled), path, NUMPY_GLOBALS)
    if not isinstance(batch, dict):
        raise UserError(f"{path}: holds a {type(batch).__name__}; CIFAR's files hold a dict, download it again")
    return {_text(key): value for key, value in batch.items()}


def _rows(path: Path, batch: dict[str, Any]) -> np.ndarray:
    """The pixels of a batch: (images, 3072)."""
    rows = getattr(batch.get("data"), "array", None)
    if not isinstance(rows, np.ndarray) or rows.shape[1:] != (math.prod(SHAPE),):
        raise UserError(f"{path}: a batch has no `data` of shape (images, {math.prod(SHAPE)}); download it again")
    return rows


def _list(path: Path, batch: dict[str, Any], key: str, kind: type) -> list:
    items = batch.get(key)
    if not isinstance(items, list) or not all(isinstance(_text(item), kind) for item in items):
        raise UserError(f"{path}: a file has no list `{key}` as CIFAR's have; download it again")
    return [_text(item) for item in items]


def _text(item: Any) -> Any:
    """What Python 2 wrote as text, Python 3 may have written again as bytes."""
    return item.decode("latin1") if isinstance(item, bytes) else item
