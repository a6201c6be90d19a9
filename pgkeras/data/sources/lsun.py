"""LSUN: an LMDB of encoded pictures, as downloaded and unzipped."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakValueDictionary

from pgkeras.config import Fit
from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.optional_package import optional_package
from pgkeras.data.sources.pictures import Pictures
from pgkeras.errors import UserError
from pgkeras.text import readable

DATA_FILE = "data.mdb"
WALK = """
import lmdb, os, sys
with lmdb.open(sys.argv[1], readonly=True, lock=False) as environment, environment.begin(buffers=True) as transaction:
    if os.path.getsize(sys.argv[2]) < (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]:
        sys.exit("it is shorter than it says")
    for key, value in transaction.cursor():
        value[:1].tobytes(), value[-1:].tobytes()
"""

_open_environments = WeakValueDictionary()  # LMDB opens a folder only once in a process


class _Values:
    def __init__(self, folder: Path, environment: Any) -> None:
        self._folder = folder
        self._environment = environment
        with environment.begin() as transaction:
            self._keys = list(transaction.cursor().iternext(values=False))
        self.names = [key.decode(errors="backslashreplace") for key in self._keys]

    def __len__(self) -> int:
        return len(self._keys)

    def name(self, index: int) -> str:
        return f"{self._folder}, key {readable(self.names[index])}"

    def open(self, index: int) -> BinaryIO:
        with self._environment.begin() as transaction:
            return io.BytesIO(transaction.get(self._keys[index]) or b"")


def is_lsun(path: Path) -> bool:
    """Whether a path is the folder of an LMDB, or the file in it."""
    return (path / DATA_FILE).is_file() or (path.is_file() and path.name == DATA_FILE)


def open_lsun(path: Path, side: int | None, fit: Fit, labels: bool) -> Dataset:
    """Opens an LMDB whose values are pictures, in the order of their keys.

    Opening reads the beginning of every picture: minutes for the 3 million of the largest category.

    Args:
        path: the folder, such as `bedroom_train_lmdb`, or its `data.mdb`.
        side: see `Pictures`.
        fit: see `Pictures`; LSUN's pictures are not square.
        labels: LSUN has none.

    Raises:
        UserError: if the files are damaged, lmdb is missing, or for the reasons given in `Pictures`.
        NoLabelsError: if labels are asked for.
    """
    if labels:
        raise NoLabelsError(f"{path}: an LMDB has no labels; train without labels")
    folder = path.parent if path.name == DATA_FILE else path
    values = _Values(folder, _environment(folder))
    if not len(values):
        raise UserError(f"{path}: holds no picture; give an LMDB with a picture in each value")
    return Dataset(Pictures(values, side, fit), names=values.names)


def _environment(folder: Path) -> Any:
    lmdb = optional_package("lmdb", folder)
    name = str(folder.resolve())
    environment = _open_environments.get(name)
    if environment is None:
        _check(folder)
        environment = lmdb.open(name, readonly=True, lock=False, readahead=False)
        _open_environments[name] = environment
    return environment


def _check(folder: Path) -> None:
    """Walks through all pages in a process of its own: LMDB trusts its file, and a damaged one crashes it."""
    file = folder / DATA_FILE
    walk = subprocess.run([sys.executable, "-c", WALK, str(folder), str(file)], capture_output=True, text=True)
    if walk.returncode:
        said = walk.stderr.strip().splitlines() or ["reading it crashes"]
        raise UserError(f"{file}: is damaged or truncated ({said[-1]}); download it again")
