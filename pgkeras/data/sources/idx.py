"""MNIST, Fashion-MNIST, EMNIST and others in the idx format, as downloaded or unpacked.

Digits of 28x28 pixels get a black border of 2, which makes them 32x32, as in the tools of PGGAN. EMNIST's letters,
which its files hold transposed, are turned upright.
"""

import gzip
import math
import re
import zlib
from pathlib import Path

import numpy as np

from pgkeras.data.checks import check_images, check_labels, check_memory
from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.reason import reason
from pgkeras.data.views import Transformed
from pgkeras.errors import UserError

BORDERS = {28: 2}  # by side
TRAINING = "*train-images*idx3*"
# In a folder: itself, as Kaggle's archives unpack (a folder for each file, of its name), and as torchvision keeps them.
PLACES = ("", f"{TRAINING}/", "raw/", "*/raw/")
_IMAGES = re.compile(r"(.*)images([.-])idx3-ubyte(\.gz)?")
_UNSIGNED_BYTE = 8


def is_idx(path: Path) -> bool:
    """Whether a path is a file of images in the idx format, or a folder with those for training."""
    if path.is_dir():
        return bool(_training_files(path))
    return path.is_file() and bool(_IMAGES.fullmatch(path.name))


def open_idx(path: Path, labels: bool) -> Dataset:
    """Opens idx files: memory-mapped, or, if they are .gz, in memory.

    Args:
        path: a file such as `train-images-idx3-ubyte.gz`, or the folder with it.
        labels: whether to read the labels, from `train-labels-idx1-ubyte` or its .gz beside it. The classes are
            the numbers in that file, in their order.

    Raises:
        UserError: if a file is damaged, or holds something else.
        NoLabelsError: if labels are asked for and their file is missing.
    """
    file = _training_file(path) if path.is_dir() else path
    images = _read(file, 3)[..., None]
    if file.name.startswith("emnist"):
        images = images.swapaxes(1, 2)
    check_images(file, images.shape, images.dtype)
    classes = _read_labels(file, len(images)) if labels else ()
    border = BORDERS.get(images.shape[1])
    if border and images.shape[1] == images.shape[2]:
        margins = [(0, 0), (border, border), (border, border), (0, 0)]
        return Dataset(Transformed(images, lambda batch: np.pad(batch, margins)), *classes, mirror=False)
    return Dataset(images, *classes, mirror=False)


def _training_files(folder: Path) -> list[Path]:
    """One of each set; the unpacked file if its .gz is there, too."""
    for place in PLACES:
        found = [file for file in sorted(folder.glob(place + TRAINING), reverse=True) if file.is_file()]
        files = {file.with_name(file.name.removesuffix(".gz")): file for file in found if _IMAGES.fullmatch(file.name)}
        if files:
            return sorted(files.values())
    return []


def _training_file(folder: Path) -> Path:
    files = _training_files(folder)
    if len(files) > 1:
        names = ", ".join(str(file.relative_to(folder)) for file in files)
        raise UserError(f"{folder}: holds {names}; give one of these files")
    return files[0]


def _read(path: Path, dimensions: int) -> np.ndarray:
    zipped = path.suffix == ".gz"
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            header = file.read(4)
            if header != bytes([0, 0, _UNSIGNED_BYTE, dimensions]):
                raise ValueError(f"it begins with {header.hex()}")
            shape = tuple(np.frombuffer(file.read(4 * dimensions), ">u4").tolist())
            size = math.prod(shape)
            if not zipped:
                if path.stat().st_size != file.tell() + size:
                    raise ValueError("it is not as long as its header says")
                return np.memmap(path, np.uint8, "r", file.tell(), shape) if size else np.empty(shape, np.uint8)
            check_memory(path, size)
            return np.frombuffer(file.read(size + 1), np.uint8).reshape(shape)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read as idx ({reason(error)}); download it again") from None


def _read_labels(images: Path, number: int) -> tuple[np.ndarray, tuple[str, ...]]:
    match = _IMAGES.fullmatch(images.name)
    plain = images.with_name(f"{match[1]}labels{match[2]}idx1-ubyte")
    beside = images.parent.with_name(plain.name) / plain.name  # of folders that bear the files' names
    possible = (plain, plain.with_name(f"{plain.name}.gz"), beside)
    file = next((file for file in possible if file.is_file()), None)
    if file is None:
        raise NoLabelsError(f"{plain}: no such file, so there are no labels; put it beside {images.name}")
    numbers, classes = np.unique(_read(file, 1), return_inverse=True)
    return check_labels(file, classes, number, numbers.tolist())
