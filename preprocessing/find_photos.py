"""Which photos to read, and the name under which each is recorded."""

import math
import os
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from os.path import commonpath
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pgkeras.data.sources.decode import picture_suffixes
from pgkeras.errors import UserError
from pgkeras.files.folders import real_path, walk_folders
from preprocessing.celeba import read_landmarks
from preprocessing.read_photo import SUFFIXES
from preprocessing.videos import VIDEO_SUFFIXES, frame_times

OTHER_PICTURES = picture_suffixes().keys() - SUFFIXES | {".jxl", ".svg"}
ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})
# What is left out of a folder, but not without a word.
MAY_HOLD_PHOTOS = {"": "without a suffix"}
MAY_HOLD_PHOTOS |= {suffix: f"{suffix} (to take its frames: --every)" for suffix in VIDEO_SUFFIXES}
MAY_HOLD_PHOTOS |= {suffix: f"{suffix} (to be unpacked first)" for suffix in ARCHIVE_SUFFIXES}
MAY_HOLD_PHOTOS |= {suffix: f"{suffix} (to be converted to JPEG first)" for suffix in OTHER_PICTURES}


class PhotoFile(NamedTuple):
    """A photo on disk, or a frame of a video.

    Args:
        source: its name in `sources` and in the rejects file, with forward slashes.
        path: where it lies.
        second: of the frame in a video; None for a photo.
        landmarks: float32 (5, 2), where eyes, nose and mouth are, if somebody has marked them.
    """

    source: str
    path: Path
    second: float | None = None
    landmarks: np.ndarray | None = None


def find_photos(
    inputs: Iterable[Path], every: float | None = None, *, without: Collection[Path] = ()
) -> list[PhotoFile]:
    """Finds the photos among files and, recursively, folders; hidden files and folders are skipped.

    A photo in a folder is named by its path relative to that folder, a file by its file name. Should two photos
    come to the same name, all are named by their paths relative to the deepest folder that holds them all, or by
    their absolute paths if they lie on several drives. Links to folders are followed, unless they lead back.

    Args:
        inputs: files, taken whatever their suffix, and folders, searched for the suffixes in `SUFFIXES`. Beside a
            folder of CelebA's photos, its list of landmarks is read.
        every: seconds from one frame of a video to the next; None to leave videos out.
        without: files that are not photos, such as what an earlier run wrote beside them.

    Returns:
        Each photo once, by whatever paths and links it is given, sorted by source.

    Raises:
        UserError: if an input does not exist or is a video without `every`, there is no photo in any, or a list of
            landmarks is damaged.
    """
    inputs = list(inputs)
    suffixes = SUFFIXES | VIDEO_SUFFIXES if every else SUFFIXES
    without_names, without = {path.name for path in without}, {real_path(path) for path in without}
    found = {
        real_path(path): (path.absolute(), source)
        for given in inputs
        for source, path in _files_in(given, suffixes)
        if path.name not in without_names or real_path(path) not in without
    }
    sources = dict(found.values())
    if not sources:
        kinds = "JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF or HEIC files" + ("" if every else ", or videos and `every`")
        raise UserError(f"no photo in {', '.join(map(str, inputs))}: give a folder that holds {kinds}")
    if len(set(sources.values())) < len(sources):
        sources = _told_apart(sources)
    landmarks = {path: points for folder in _folders(inputs) for path, points in read_landmarks(folder).items()}
    photos = []
    for path, source in sorted(sources.items(), key=lambda item: item[1]):
        if every and path.suffix.lower() in VIDEO_SUFFIXES:
            decimals = max(2, -math.floor(math.log10(every)))  # so that no two frames share a name
            times = frame_times(path, every)
            photos += [PhotoFile(f"{source}@{second:.{decimals}f}s", path, second) for second in times]
        else:
            photos.append(PhotoFile(source, path, landmarks=landmarks.get(path)))
    return photos


def _told_apart(paths: Iterable[Path]) -> dict[Path, str]:
    try:
        root = commonpath(paths)
    except ValueError:  # on several drives of Windows
        return {path: path.as_posix() for path in paths}
    return {path: path.relative_to(root).as_posix() for path in paths}


def _files_in(given: Path, suffixes: frozenset[str]) -> Iterator[tuple[str, Path]]:
    """Sources and paths; folders that cannot be listed are among them, so that they become rejects."""
    if not os.path.isdir(given):  # noqa: PTH112  False in a folder that is closed, where Path raises
        try:
            given.stat()
        except FileNotFoundError:
            raise UserError(f"no such file or folder: {given}; check the path of the photos") from None
        except OSError as error:
            raise UserError(
                f"{given}: cannot be read ({error.strerror.lower()}); check the path of the photos"
            ) from None
        if given.suffix.lower() in VIDEO_SUFFIXES - suffixes:
            raise UserError(f"{given} is a video: say with `every` how many seconds lie between its frames")
        if given.suffix.lower() in ARCHIVE_SUFFIXES:
            raise UserError(f"{given} is an archive: unpack it, and give the folder")
        yield given.name, given
        return
    unlisted: list[OSError] = []
    left_out = Counter()
    for folder, files in walk_folders(given, unlisted.append):
        for name in files:
            suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
            if name.startswith("."):
                continue
            if suffix in suffixes:
                path = folder / name
                yield path.relative_to(given).as_posix(), path
            elif suffix in MAY_HOLD_PHOTOS:
                left_out[suffix] += 1
    if left_out:
        words = ", ".join(f"{number:,} {MAY_HOLD_PHOTOS[suffix]}" for suffix, number in sorted(left_out.items()))
        warnings.warn(f"{given}: left out {words}", stacklevel=2)
    for error in unlisted:
        yield Path(error.filename).relative_to(given).as_posix(), Path(error.filename)


def _folders(inputs: list[Path]) -> Iterator[Path]:
    return (given.absolute() for given in inputs if os.path.isdir(given))  # noqa: PTH112
