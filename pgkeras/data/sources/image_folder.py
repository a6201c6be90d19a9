"""Training images in a folder of picture files."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pgkeras.config import Fit
from pgkeras.data.dataset import Dataset
from pgkeras.data.sources.folder_labels import DATASET_JSON, folder_labels
from pgkeras.data.sources.picture_names import picture_names
from pgkeras.data.sources.pictures import Pictures
from pgkeras.files.folders import walk_folders


class _Files:
    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder = folder
        self.names = names

    def __len__(self) -> int:
        return len(self.names)

    def name(self, index: int) -> str:
        return str(self._folder / self.names[index])

    def open(self, index: int) -> BinaryIO:
        return (self._folder / self.names[index]).open("rb")


def open_image_folder(path: Path, side: int | None, fit: Fit, labels: bool) -> Dataset:
    """Opens all pictures in a folder and its subfolders, linked ones too, sorted by path; hidden ones are skipped.

    Args:
        path: the folder.
        side: see `Pictures`.
        fit: see `Pictures`.
        labels: whether to read the classes; see `folder_labels`.

    Raises:
        UserError: if there is no picture, or for the reasons given in `Pictures`.
        NoLabelsError: if labels are asked for and there are none.
    """
    names = picture_names(path, _files_in(path))
    classes = ()
    if labels:
        dataset_json = path / DATASET_JSON
        classes = folder_labels(path, names, dataset_json.read_bytes() if dataset_json.is_file() else None)
    return Dataset(Pictures(_Files(path, names), side, fit), *classes, names=names)


def _files_in(folder: Path) -> Iterator[str]:
    for parent, files in walk_folders(folder):
        relative = parent.relative_to(folder)
        yield from ((relative / name).as_posix() for name in files)
