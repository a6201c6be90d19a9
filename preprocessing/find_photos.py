"""Which photos to read, and the name under which each is recorded."""

from collections.abc import Iterable, Iterator
from os.path import commonpath
from pathlib import Path
from typing import NamedTuple

from pgkeras.errors import UserError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})


class PhotoFile(NamedTuple):
    """A photo on disk.

    Args:
        source: its name in `sources` and in the rejects file, with forward slashes.
        path: where it lies.
    """

    source: str
    path: Path


def find_photos(inputs: Iterable[Path]) -> list[PhotoFile]:
    """Finds the photos among files and, recursively, folders; hidden files and folders are skipped.

    A photo in a folder is named by its path relative to that folder, a file by its file name. Should two photos
    come to the same name, all are named by their paths relative to the deepest folder that holds them all.

    Args:
        inputs: files, taken whatever their suffix, and folders, searched for the suffixes in `SUFFIXES`.

    Returns:
        Each photo once, sorted by source.

    Raises:
        UserError: if an input does not exist, or there is no photo in any.
    """
    inputs = list(inputs)
    sources = {path.absolute(): source for given in inputs for source, path in _photos_in(given)}
    if not sources:
        raise UserError(
            f"no photo in {', '.join(map(str, inputs))}: give a folder that holds JPEG, PNG, WebP or BMP files"
        )
    if len(set(sources.values())) < len(sources):
        root = commonpath(sources)
        sources = {path: path.relative_to(root).as_posix() for path in sources}
    return sorted(PhotoFile(source, path) for path, source in sources.items())


def _photos_in(given: Path) -> Iterator[PhotoFile]:
    if given.is_file():
        yield PhotoFile(given.name, given)
        return
    if not given.is_dir():
        raise UserError(f"no such file or folder: {given}; check the path of the photos")
    for path in given.rglob("*"):
        relative = path.relative_to(given)
        hidden = any(part.startswith(".") for part in relative.parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
            yield PhotoFile(relative.as_posix(), path)
