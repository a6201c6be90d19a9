"""Errors of the disk, as users meet them."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgkeras.errors import UserError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes a file that the user named.

    Args:
        path: of the file.

    Raises:
        UserError: if it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror or error}); {_remedy(error)}choose another"
        ) from None


def check_writable(path: Path) -> None:
    """Makes sure, before any long work, that a file can be written; makes its folder.

    Args:
        path: of the file.

    Raises:
        UserError: if it cannot be.
    """
    if path.is_dir():
        raise UserError(f"{path}: is a folder; choose a name for a file")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass


def _remedy(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "change its permissions, or "
    return "make room, or " if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
