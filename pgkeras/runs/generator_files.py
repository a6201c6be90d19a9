"""What the files of generators are called."""

import re
from pathlib import Path
from typing import NamedTuple

_GENERATOR = re.compile(r"generator_(\d{4})\.keras")
_SNAPSHOT = re.compile(r"generator_(\d{4})_(\d{9,})\.keras")


class SnapshotFile(NamedTuple):
    """A generator as it was during training.

    Attributes:
        path: its file.
        resolution: its image side in pixels.
        images_shown: at the snapshot.
    """

    path: Path
    resolution: int
    images_shown: int


def generator_file(folder: Path, resolution: int) -> Path:
    """The file of one resolution's generator.

    Args:
        folder: of the generators.
        resolution: image side in pixels.
    """
    return folder / f"generator_{resolution:04}.keras"


def snapshot_file(folder: Path, resolution: int, images_shown: int) -> Path:
    """The file of one snapshot's generator.

    Args:
        folder: of the snapshots.
        resolution: image side in pixels.
        images_shown: at the snapshot.
    """
    return folder / f"generator_{resolution:04}_{images_shown:09}.keras"


def list_generators(folder: Path) -> dict[int, Path]:
    """The files of generators in a folder, by resolution, smallest first.

    Args:
        folder: any.
    """
    matches = ((_GENERATOR.fullmatch(path.name), path) for path in folder.glob("*.keras"))
    return dict(sorted((int(match[1]), path) for match, path in matches if match))


def list_snapshots(folder: Path) -> list[SnapshotFile]:
    """The snapshots in a folder, in the order of training.

    Args:
        folder: of the snapshots.
    """
    matches = ((_SNAPSHOT.fullmatch(path.name), path) for path in folder.glob("*.keras"))
    found = [SnapshotFile(path, int(match[1]), int(match[2])) for match, path in matches if match]
    return sorted(found, key=lambda snapshot: (snapshot.images_shown, snapshot.resolution))
