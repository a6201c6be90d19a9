"""Training images in a .zip of picture files, as StyleGAN's tools write it."""

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from pgkeras.config import Fit
from pgkeras.data.checks import check_memory
from pgkeras.data.dataset import Dataset
from pgkeras.data.sources.folder_labels import DATASET_JSON, folder_labels
from pgkeras.data.sources.picture_names import picture_names
from pgkeras.data.sources.pictures import Pictures
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError


class _Members:
    def __init__(self, path: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
        self._path = path
        self._archive = archive
        self._members = [*members.values()]
        self.names = [*members]

    def __len__(self) -> int:
        return len(self.names)

    def name(self, index: int) -> str:
        return str(self._path / self.names[index])

    def open(self, index: int) -> BinaryIO:
        return self._archive.open(self._members[index])


def is_image_zip(path: Path) -> bool:
    """Whether a path is a .zip file."""
    return path.is_file() and path.suffix.lower() == ".zip"


def open_image_zip(path: Path, side: int | None, fit: Fit, labels: bool) -> Dataset:
    """Opens all pictures in a .zip, sorted by path.

    Args:
        path: the file.
        side: see `Pictures`.
        fit: see `Pictures`.
        labels: whether to read the classes; see `folder_labels`.

    Raises:
        UserError: if the file is damaged or holds no picture, or for the reasons given in `Pictures`.
        NoLabelsError: if labels are asked for and there are none.
    """
    try:
        archive = zipfile.ZipFile(path)
        dataset_json = _read_dataset_json(path, archive) if labels else None
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path}: cannot be read as .zip ({reason(error)}); is it truncated? Make it again") from None
    members = {member.filename.replace("\\", "/"): member for member in archive.infolist()}  # some come from Windows
    names = picture_names(path, (name for name in members if not name.endswith("/")))
    classes = folder_labels(path, names, dataset_json) if labels else ()
    return Dataset(
        Pictures(_Members(path, archive, {name: members[name] for name in names}), side, fit), *classes, names=names
    )


def _read_dataset_json(path: Path, archive: zipfile.ZipFile) -> bytes | None:
    if DATASET_JSON not in archive.namelist():
        return None
    check_memory(path / DATASET_JSON, archive.getinfo(DATASET_JSON).file_size)
    return archive.read(DATASET_JSON)
