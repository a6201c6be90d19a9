"""A folder whose new files appear together, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.files.writing import writing

_UNFINISHED = ".incomplete-{process}-"


@contextmanager
def complete_folder(out: Path, last: str) -> Iterator[Path]:
    """A temporary folder whose files and folders move to another one when the block ends without an exception.

    Args:
        out: where they appear; made if it is missing, and unmade if the block fails. Other files in it stay.
        last: name of the file that appears last; an older one goes first, so that it never describes newer files.

    Raises:
        UserError: if `out` cannot be written to; and the block's own, which then says that nothing was written.
    """
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        with writing(out):
            out.mkdir(parents=True, exist_ok=True)
            _remove_unfinished(out)
            temporary = tempfile.TemporaryDirectory(dir=out, prefix=_UNFINISHED.format(process=os.getpid()))
        with temporary as folder:
            try:
                yield Path(folder)
            except UserError as error:
                raise UserError(f"{error}; nothing was written") from None
            with writing(out):
                _move(Path(folder), out, last)
    finally:
        for folder in missing:
            with suppress(OSError):  # it holds files: the export succeeded
                folder.rmdir()


def _remove_unfinished(out: Path) -> None:
    """What processes left that were killed."""
    for left in out.glob(_UNFINISHED.format(process="*") + "*"):
        process = left.name.split("-")[1]
        if process.isdecimal() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _move(folder: Path, out: Path, last: str) -> None:
    (out / last).unlink(missing_ok=True)
    for file in sorted(folder.iterdir(), key=lambda file: (file.name == last, file.name)):
        if file.is_dir():
            shutil.rmtree(out / file.name, ignore_errors=True)
            file.replace(out / file.name)
            continue
        with atomic_path(out / file.name) as final:
            file.replace(final)
