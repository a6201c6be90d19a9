"""Checkpoint files: one .npz each, checksummed, read without executing anything."""

import json
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pgkeras.errors import UserError

Value = TypeVar("Value")


def list_checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first.

    Args:
        folder: the run's checkpoints.
    """
    return sorted(folder.glob("[0-9]*.npz"))


def read_checkpoint(path: Path, prefix: str = "") -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Reads a checkpoint, or the part of it that is wanted.

    Args:
        path: of the file.
        prefix: of the names of the arrays to read; the others are not even looked at.

    Returns:
        The progress, as it was saved, and the arrays by name.

    Raises:
        UserError: if what is read is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as members:
            progress = dict(json.loads(str(members["progress"])))
            names = (name for name in members.files if name.startswith(prefix) and name != "progress")
            return progress, {name: members[name] for name in names}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path}: is damaged ({error}); delete it to resume from the checkpoint before it") from None


def read_newest(folder: Path, read: Callable[[Path], Value]) -> tuple[Path, Value] | None:
    """Reads the newest checkpoint that is whole, with a warning for each damaged one.

    Args:
        folder: the run's checkpoints.
        read: reads one; raises a UserError if it is damaged.

    Returns:
        The checkpoint and what `read` returned, or None if the folder has none.

    Raises:
        UserError: if there are checkpoints, but none is whole.
    """
    paths = list_checkpoints(folder)
    for path in reversed(paths):
        try:
            return path, read(path)
        except UserError as error:
            print(f"warning: {error}", file=sys.stderr)
    if paths:
        raise UserError(f"{folder}: no checkpoint in it is whole; train again from the start")
    return None
