"""What lies in a folder and its subfolders, those behind links too."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk_folders(folder: Path, on_error: Callable[[OSError], object] | None = None) -> Iterator[tuple[Path, list[str]]]:
    """Goes through a folder, its subfolders and the folders that links lead to.

    Hidden subfolders are left out, and so are links that lead back to a folder on the way to them.

    Args:
        folder: where to begin; it may itself be hidden.
        on_error: called with the error where a folder cannot be listed; by default it is passed over.

    Yields:
        Each folder's path, through `folder`, and the names of its files.
    """
    on_the_way = {str(folder): (folder.resolve(),)}
    for parent, subfolders, files in os.walk(folder, onerror=on_error, followlinks=True):
        passed = on_the_way.pop(parent)
        children = [Path(parent, name) for name in subfolders if not name.startswith(".")]
        children = [child for child in children if not _leads_back(child, passed)]
        on_the_way |= {str(child): (*passed, child.resolve()) for child in children}
        subfolders[:] = [child.name for child in children]
        yield Path(parent), files


def _leads_back(child: Path, passed: tuple[Path, ...]) -> bool:
    if not child.is_symlink():
        return False
    target = child.resolve()
    return any(folder.is_relative_to(target) for folder in passed)
