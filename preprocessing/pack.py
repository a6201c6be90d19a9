"""Writes faces.npz and faces.rejects.csv, both whole or not at all."""

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import write_array, write_array_header_1_0

from pgkeras.errors import UserError
from preprocessing.detect import Face
from preprocessing.rejects import Reason, Rejection


class FacesFile:
    """A faces.npz in the making, and its rejects file.

    Crops are collected in a temporary folder beside the output, so that memory does not grow with them; leaving
    the `with` block removes that folder. What was in the output's place stays until `publish`.

    Use it as a context manager: `add` or `reject` each photo, then `publish`.

    Args:
        path: the .npz to write; folders that are missing are made.
        size: side of the crops in pixels.
        compress: deflate the arrays, which can then no longer be memory-mapped.

    Attributes:
        rejects_path: the .csv beside the .npz.
        rejects: how many photos were rejected, by reason.

    Raises:
        UserError: from every method, if the files cannot be written.
    """

    def __init__(self, path: Path, size: int, compress: bool = False) -> None:
        self.path = path
        self.rejects_path = path.with_suffix(".rejects.csv")
        self.size = size
        self._compression = ZIP_DEFLATED if compress else ZIP_STORED
        self.rejects: Counter[Reason] = Counter()
        self._sources: list[str] = []
        self._faces: list[Face] = []

    def __enter__(self) -> Self:
        if self.path.suffix != ".npz":
            raise UserError(f"--out {self.path}: the name must end in .npz, as in faces.npz")
        if self.path.is_dir():
            raise UserError(f"--out {self.path} is a folder: give a file name, as in {self.path / 'faces.npz'}")
        with self._writing(), ExitStack() as stack:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            folder = tempfile.TemporaryDirectory(dir=self.path.parent, prefix=f".{self.path.stem}-")
            self._folder = Path(stack.enter_context(folder))
            self._crops = stack.enter_context((self._folder / "crops").open("w+b"))
            # File names need not be valid UTF-8.
            rejects = (self._folder / "rejects").open("w", newline="", encoding="utf-8", errors="surrogateescape")
            self._rejects = stack.enter_context(rejects)
            self._rejects_table = csv.writer(self._rejects, lineterminator="\n")
            self._rejects_table.writerow(["path", "reason", "detail"])
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):  # closing writes what is left: on a full disk, already reported
            self._cleanup.close()

    def add(self, source: str, face: Face, crop: np.ndarray) -> None:
        """Appends a face.

        Args:
            source: name of its photo.
            face: where it is in the photo.
            crop: uint8 (size, size, 3) RGB.
        """
        with self._writing():
            self._crops.write(np.ascontiguousarray(crop).data)
        self._sources.append(source)
        self._faces.append(face)

    def reject(self, source: str, rejection: Rejection) -> None:
        """Appends a line to the rejects file.

        Args:
            source: name of the photo.
            rejection: why it gave no face.
        """
        with self._writing():
            self._rejects_table.writerow([source, rejection.reason, rejection.detail])
        self.rejects[rejection.reason] += 1

    @property
    def count(self) -> int:
        """How many faces were added."""
        return len(self._faces)

    def publish(self) -> None:
        """Puts both files in their places; without a face, the rejects file alone."""
        with self._writing():
            self._rejects.flush()
            if self._faces:
                packed = self._folder / "npz"
                self._pack(packed)
                packed.replace(self.path)
            Path(self._rejects.name).replace(self.rejects_path)

    def _pack(self, path: Path) -> None:
        shape = (len(self._faces), self.size, self.size, 3)
        with ZipFile(path, "w") as archive:
            with self._member(archive, "images") as member:
                write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": shape})
                self._crops.seek(0)
                shutil.copyfileobj(self._crops, member)
            for name, array in {
                "sources": np.array(self._sources),
                "boxes": np.stack([face.box for face in self._faces]),
                "landmarks": np.stack([face.landmarks for face in self._faces]),
                "confidence": np.array([face.confidence for face in self._faces], np.float32),
            }.items():
                with self._member(archive, name) as member:
                    write_array(member, array, allow_pickle=False)

    def _member(self, archive: ZipFile, name: str) -> IO[bytes]:
        information = ZipInfo(f"{name}.npy")  # without the time of day: the same photos give the same bytes
        information.compress_type = self._compression
        return archive.open(information, "w", force_zip64=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"cannot write {self.path}: {error.strerror or error}; "
                "choose a folder with room that you may write to with --out"
            ) from error
