"""Training images in .npz files: memory-mapped where they are stored, read whole where they are deflated."""

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pgkeras.data.checks import check_labels, check_memory
from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.arrays import channels_last, choose_images
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError

LONGEST_HEADER = 10_000  # NumPy's own limit


def is_npz(path: Path) -> bool:
    """Whether a path is an .npz file."""
    return path.is_file() and path.suffix.lower() == ".npz"


def open_npz_dataset(path: Path, labels: bool) -> Dataset:
    """Opens an .npz file: `images`, and on demand `labels` int (images,) and, if there, `label_names` str (classes,).

    Without `images`, the array of the largest images is taken; their channels may come first.
    A bool `mirror` says whether mirrored images may be shown, too; without it they may.

    Args:
        path: the file.
        labels: whether to read the labels.

    Returns:
        The data set; its images need not be square.

    Raises:
        UserError: if the file is missing, damaged, or holds something else.
        NoLabelsError: if labels are asked for and there are none.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give the .npz that `pgkeras crop` wrote")
    with _reading(path), zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        array = _read_array(path, archive, _images_in(path, archive))
        images = channels_last(path, array, array.dtype)
        mirror = "mirror.npy" not in members or bool(_read_array(path, archive, "mirror"))
        if not labels:
            return Dataset(images, mirror=mirror)
        if "labels.npy" not in members:
            raise NoLabelsError(f"{path}: has no array `labels`; add it, int (images,), or train without labels")
        names = _read_array(path, archive, "label_names") if "label_names.npy" in members else None
        if names is not None and (names.dtype.kind != "U" or names.ndim != 1):
            raise UserError(f"{path}: `label_names` is {names.dtype} {names.shape}; it must be str (classes,)")
        classes = check_labels(path, _read_array(path, archive, "labels"), len(images), names)
        return Dataset(images, *classes, mirror=mirror)


def _images_in(path: Path, archive: zipfile.ZipFile) -> str:
    names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    if "images" in names:
        return "images"
    arrays = {}
    for name in names:
        with archive.open(f"{name}.npy") as stream:
            shape, _, dtype = _read_header(stream)
        arrays[name] = shape, dtype
    return choose_images(path, arrays)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # damaged archives and headers give errors of every kind
        raise UserError(f"{path}: cannot be read as .npz ({reason(error)}); is it truncated? Make it again") from None


def _read_array(path: Path, archive: zipfile.ZipFile, name: str) -> np.ndarray:
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as stream:
        shape, fortran_order, dtype = _read_header(stream)
        if dtype.hasobject:
            raise ValueError("its array holds Python objects")
        order = "F" if fortran_order else "C"
        header_size = stream.tell()
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or header_size + size != member.file_size:
            raise ValueError(f"`{name}` is not as long as its header says")
        if member.compress_type == zipfile.ZIP_STORED and size > 0:
            return np.memmap(path, dtype, "r", _data_offset(path, member) + header_size, shape, order)
        check_memory(path, size)
        return np.frombuffer(stream.read(), dtype).reshape(shape, order=order)


def _read_header(stream: zipfile.ZipExtFile) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    length = stream.read(4)  # of up to 4 GB, which NumPy would unpack before it refuses them
    if int.from_bytes(length, "little") > LONGEST_HEADER:
        raise ValueError("its header is too long")
    return np.lib.format.read_array_header_2_0(io.BytesIO(length + stream.read(int.from_bytes(length, "little"))))


def _data_offset(path: Path, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: after its local header, whose name and extra field vary in length."""
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)
        name_length, extra_length = np.frombuffer(file.read(4), "<u2")
    return member.header_offset + 30 + int(name_length) + int(extra_length)
