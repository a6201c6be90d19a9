"""Errors of the disk, as users meet them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgkeras.errors import UserError


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Around everything that writes an output or what leads to it.

    Args:
        out: the output file.

    Raises:
        UserError: if the disk is full, or the folder may not be written to.
    """
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write {out}: {error.strerror or error}; choose a folder with room that you may write to with --out"
        ) from error
