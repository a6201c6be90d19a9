"""The chunks of an unfinished run, so that it can go on after an interruption."""

import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self
from zipfile import BadZipFile, ZipFile

import numpy as np

from pgkeras.files.atomic import atomic_path
from pgkeras.files.writing import writing
from preprocessing.chunk import CHUNK_SIZE, Chunk
from preprocessing.config import CropConfig
from preprocessing.find_photos import PhotoFile
from preprocessing.signals import end_if_asked

Stage = Literal["found", "cropped"]


class WorkFolder:
    """A hidden folder beside the output that holds the chunks done so far; a context around the work on them.

    It belongs to the very photos and options it was made with: for others it begins anew, and says so if that drops
    chunks.

    Args:
        out: the output file; folders that are missing are made.
        photos: all photos, in order.
        config: every option.

    Attributes:
        photos: all photos, in order.
        chunks: the photos of each chunk, by number.

    Raises:
        UserError: from every method, if the folder cannot be written.
        KeyboardInterrupt, SystemExit: as `end_if_asked`, when a chunk is loaded.
    """

    def __init__(self, out: Path, photos: Sequence[PhotoFile], config: CropConfig) -> None:
        self.out = out
        self.path = out.with_name(f".{out.stem}.partial")
        self.photos = photos
        self.chunks = dict(enumerate(_dealt(photos)))
        job = {"photos": _digest(photos), "config": config.model_dump(mode="json")}
        with writing(self.out):
            before = self._read_job()
            if before != job:
                if self._has_chunks():
                    print(f"{self.path}: {_what_differs(before, job)}; beginning anew", file=sys.stderr)
                shutil.rmtree(self.path, ignore_errors=True)
                self.path.mkdir(parents=True)
                with atomic_path(self._job) as temporary:
                    temporary.write_text(json.dumps(job, indent=2))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """If the work was interrupted, says that what is done is kept; if nothing is, nothing stays."""
        if kind not in (KeyboardInterrupt, SystemExit):
            return
        if not self._has_chunks():
            self.remove()
            return
        with suppress(OSError):  # of a terminal that has gone
            print(f"what is done is kept in {self.path}: the same command goes on there", file=sys.stderr)

    def missing(self, stage: Stage) -> dict[int, Sequence[PhotoFile]]:
        """The photos of each chunk that is not done, by number.

        Args:
            stage: of the work.
        """
        return {number: photos for number, photos in self.chunks.items() if not self._is_whole(stage, number)}

    def save(self, stage: Stage, number: int, chunk: bytes) -> None:
        """Keeps a chunk.

        Args:
            stage: of the work.
            number: of the chunk.
            chunk: as an .npz file.
        """
        with writing(self.out), atomic_path(self._file(stage, number)) as temporary:
            temporary.write_bytes(chunk)

    def load(self, stage: Stage, number: int, *, without: Sequence[str] = ()) -> Chunk:
        """A chunk that is done.

        Args:
            stage: of the work.
            number: of the chunk.
            without: the names of arrays that are not needed.
        """
        end_if_asked()
        with np.load(self._file(stage, number), allow_pickle=False) as archive:
            return Chunk.from_npz(archive, without=without)

    def remove(self) -> None:
        """Removes the folder, as far as that is possible."""
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def _job(self) -> Path:
        return self.path / "job.json"

    def _read_job(self) -> dict | None:
        try:
            return json.loads(self._job.read_text())
        except (OSError, ValueError):
            return None

    def _has_chunks(self) -> bool:
        return any(self.path.glob("[0-9]*.npz"))

    def _file(self, stage: Stage, number: int) -> Path:
        return self.path / f"{number:06}.{stage}.npz"

    def _is_whole(self, stage: Stage, number: int) -> bool:
        try:
            with ZipFile(self._file(stage, number)):
                return True
        except (OSError, BadZipFile):
            return False


def _dealt(photos: Sequence[PhotoFile]) -> list[Sequence[PhotoFile]]:
    return [photos[start : start + CHUNK_SIZE] for start in range(0, len(photos), CHUNK_SIZE)]


def _what_differs(before: dict | None, job: dict) -> str:
    """In words, of two jobs."""
    if before is None:
        return "its job.json cannot be read"
    photos = ["the photos differ"] if before["photos"] != job["photos"] else []
    options = sorted({name for name, _ in before["config"].items() ^ job["config"].items()})
    return ", ".join([*photos, *(f"--{name.replace('_', '-')} differs" for name in options)])


def _digest(photos: Sequence[PhotoFile]) -> str:
    """Of names, sizes and times of change, so that a changed photo is seen."""
    digest = hashlib.sha256()
    for photo in photos:
        try:
            status = photo.path.stat()  # of what a link leads to
            seen = (status.st_size, status.st_mtime_ns)
        except OSError:
            seen = None
        points = None if photo.landmarks is None else photo.landmarks.tolist()
        digest.update(repr((photo.source, photo.second, points, seen)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
