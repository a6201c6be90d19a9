"""One process at a time: locks that the system takes back when their process ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pgkeras.errors import UserError


@contextmanager
def locked(path: Path, *, busy: str | None = None) -> Iterator[None]:
    """Holds a lock while the block runs.

    Args:
        path: of the lock's file, which goes away with the lock; its folder is made if it is missing.
        busy: the error if somebody else holds the lock; None to wait for it.

    Raises:
        UserError: if somebody else holds it, or the file cannot be made.
    """
    from filelock import FileLock, Timeout  # an import of 60 ms

    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()  # where that fails, filelock goes on trying
        lock.acquire(timeout=-1 if busy is None else 0)
    except Timeout:
        raise UserError(busy) from None
    except OSError as error:
        raise UserError(
            f"{path.parent}: cannot be written to ({error.strerror}); choose another folder, or change its permissions"
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no open file.
            path.unlink()
        lock.release()
