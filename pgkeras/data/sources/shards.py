"""Training images in several .npz files, `faces-00000.npz` and on, read as one."""

import re
from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from pgkeras.data.dataset import Dataset
from pgkeras.data.existence import is_pattern
from pgkeras.data.sources.npz import open_npz_dataset
from pgkeras.data.views import Concatenated
from pgkeras.errors import UserError

_SHARD = re.compile(r"([^.].*)-(\d{5})\.npz")


def is_shards(path: Path) -> bool:
    """Whether a path is a folder of shards, or a pattern such as `folder/faces-*.npz`."""
    if path.is_dir():
        return any(_SHARD.fullmatch(file.name) for file in path.iterdir())
    return not path.exists() and is_pattern(path)


def open_shards(path: Path, labels: bool) -> Dataset:
    """Opens shards, in the order of their names, each as `open_npz_dataset` does.

    Args:
        path: their folder, or a pattern with * ? or [ in the file name.
        labels: whether to read the labels.

    Returns:
        One data set; its images need not be square.

    Raises:
        UserError: if there is no shard, one is missing or damaged, or they are not alike.
    """
    files = shard_files(path)
    return _joined(files, [open_npz_dataset(file, labels) for file in files])


def shard_files(path: Path) -> list[Path]:
    """The shards' files, in the order of their names.

    Args:
        path: as for `open_shards`.

    Raises:
        UserError: if there is none, or one is missing.
    """
    files = _in_folder(path) if path.is_dir() else sorted(path.parent.glob(path.name))
    if not files:
        raise UserError(f"{path}: no file matches; give the folder of the shards, or another pattern")
    return files


def is_shard_of(path: Path, file: Path) -> bool:
    """Whether a file, which need not exist, is among the shards that a path names.

    Args:
        path: as for `open_shards`, or of any other data.
        file: of any name.
    """
    folder = path if path.is_dir() else path.parent
    if file.resolve().parent != folder.resolve():
        return False
    if path.is_dir():
        return bool(_SHARD.fullmatch(file.name))
    return not path.exists() and fnmatch(file.name, path.name)


def _in_folder(folder: Path) -> list[Path]:
    shards = defaultdict(dict)
    for file in folder.iterdir():
        if match := _SHARD.fullmatch(file.name):
            shards[match[1]][int(match[2])] = file
    for name, files in shards.items():
        if missing := set(range(max(files))) - set(files):
            raise UserError(f"{folder / f'{name}-{min(missing):05}.npz'}: is missing; restore it, or pack again")
    return sorted(file for files in shards.values() for file in files.values())


def _joined(files: Sequence[Path], parts: Sequence[Dataset]) -> Dataset:
    first = parts[0]
    for file, part in zip(files, parts, strict=True):
        if part.images.shape[1:] != first.images.shape[1:]:
            raise UserError(
                f"{file}: has images {part.images.shape[1:]}, but {files[0]} has {first.images.shape[1:]}; "
                "all shards must be alike"
            )
    images = Concatenated([part.images for part in parts])
    if first.labels is None:
        return Dataset(images, mirror=first.mirror)
    names = max((part.label_names for part in parts), key=len)
    for file, part in zip(files, parts, strict=True):
        if part.label_names != names[: len(part.label_names)]:
            raise UserError(f"{file}: has other `label_names` than {files[0]}; all shards must be alike")
    return Dataset(images, np.concatenate([part.labels for part in parts]), names, first.mirror)
