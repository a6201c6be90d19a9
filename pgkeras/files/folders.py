"""What lies in a folder and its subfolders, those behind links too."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk_folders(folder: Path, on_error: Callable[[OSError], object] | None = None) -> Iterator[tuple[Path, list[str]]]:
    """Goes through a folder, its subfolders and the folders that links lead to.

    Hidden subfolders are left out, and so are links that lead back to a folder on the way to them, and training runs,
    whose pictures are samples and no photos.

    Args:
        folder: where to begin; it may itself be hidden.
        on_error: called with the error where a folder cannot be listed; by default it is passed over.

    Yields:
        Each folder's path, through `folder`, and the names of its files.
    """
    on_the_way = {os.fspath(folder): (real_path(folder),)}
    for parent, subfolders, files in os.walk(folder, onerror=on_error, followlinks=True):
        passed = on_the_way.pop(parent)
        children = {name: os.path.join(parent, name) for name in subfolders if not name.startswith(".")}  # noqa: PTH118
        children = {
            name: child for name, child in children.items() if not _leads_back(child, passed) and not _is_run(child)
        }
        on_the_way |= {child: (*passed, real_path(child)) for child in children.values()}
        subfolders[:] = children
        yield Path(parent), files


def real_path(path: Path | str) -> Path:
    """Where a path leads by all links. Unlike `Path.resolve`, it passes over links to themselves and closed folders.

    Args:
        path: of a file or folder, which need not exist.
    """
    return Path(os.path.realpath(path))


def _is_run(folder: str) -> bool:
    path = Path(folder)
    return os.path.isfile(path / "config.json") and os.path.isdir(path / "checkpoints")  # noqa: PTH112, PTH113  as below


def _leads_back(child: str, passed: tuple[Path, ...]) -> bool:
    if not os.path.islink(child):  # noqa: PTH114  False in a folder that is closed, where Path raises
        return False
    target = real_path(child)
    return any(folder.is_relative_to(target) for folder in passed)
