"""Training images in a folder of picture files."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pgkeras.config import Fit
from pgkeras.data.dataset import Dataset
from pgkeras.data.sources.decode import picture_suffixes
from pgkeras.data.sources.folder_labels import DATASET_JSON, folder_labels
from pgkeras.data.sources.pictures import Pictures
from pgkeras.errors import UserError


class _Files:
    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder = folder
        self._names = names

    def __len__(self) -> int:
        return len(self._names)

    def name(self, index: int) -> str:
        return str(self._folder / self._names[index])

    def open(self, index: int) -> BinaryIO:
        return (self._folder / self._names[index]).open("rb")


def open_image_folder(path: Path, side: int | None, fit: Fit, labels: bool) -> Dataset:
    """Opens all pictures in a folder and its subfolders, sorted by path; hidden ones are skipped.

    Args:
        path: the folder.
        side: see `Pictures`.
        fit: see `Pictures`.
        labels: whether to read the classes; see `folder_labels`.

    Raises:
        UserError: if there is no picture, or for the reasons given in `Pictures`.
        NoLabelsError: if labels are asked for and there are none.
    """
    names = sorted(_pictures_in(path))
    if not names:
        raise UserError(f"{path}: holds no picture and no other data set that is known")
    classes = ()
    if labels:
        dataset_json = path / DATASET_JSON
        classes = folder_labels(path, names, dataset_json.read_bytes() if dataset_json.is_file() else None)
    return Dataset(Pictures(_Files(path, names), side, fit), *classes)


def _pictures_in(folder: Path) -> Iterator[str]:
    suffixes = tuple(picture_suffixes())
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        relative = Path(parent).relative_to(folder)
        for name in files:
            if name.lower().endswith(suffixes) and not name.startswith("."):
                yield (relative / name).as_posix()
