"""Whether there is anything at all where images should be: told before what takes long to import."""

from pathlib import Path

from pgkeras.errors import UserError


def may_exist(path: Path) -> bool:
    """Whether a path is a file, a folder, or a pattern.

    Args:
        path: of images.

    >>> may_exist(Path("no/such.npz")), may_exist(Path("perhaps/faces-*.npz"))
    (False, True)
    """
    try:
        return is_pattern(path) or path.exists()
    except OSError:  # of a folder that may not be read: what opens it tells more
        return True


def is_pattern(path: Path) -> bool:
    """Whether a path stands for several .npz files, such as `folder/faces-*.npz`.

    Args:
        path: of images.
    """
    return path.suffix == ".npz" and any(character in path.name for character in "*?[")


def check_exists(path: Path) -> None:
    """Makes sure that there may be images at a path.

    Args:
        path: of images.

    Raises:
        UserError: if there is nothing.
    """
    if not may_exist(path):
        raise UserError(f"{path}: no such file or folder; give the images to train on")
