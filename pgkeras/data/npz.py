"""Training images in .npz files: memory-mapped where they are stored, read whole where they are deflated."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError


def open_npz(path: Path) -> np.ndarray:
    """Opens the `images` of an .npz file without copying them where that is possible.

    Args:
        path: the file; its member `images` is uint8 (images, side, side, 1 or 3).

    Returns:
        uint8 (images, side, side, channels): a read-only memory map if the member is stored, else an array.

    Raises:
        UserError: if the file is missing, damaged, or holds something else.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give the .npz that crop_faces.py wrote")
    try:
        images = _read_images(path)
    except KeyError:
        raise UserError(f"{path}: has no array `images`; give an .npz as crop_faces.py writes it") from None
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path}: cannot be read as .npz ({error}); it may be truncated, make it again") from None
    _check(path, images)
    return images


def _read_images(path: Path) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("images.npy")
        with archive.open(member) as stream:
            shape, fortran_order, dtype = _read_header(stream)
            if dtype.hasobject:
                raise ValueError("its array holds Python objects")
            if fortran_order:
                raise ValueError("its array is in Fortran order; save it in C order")
            if member.compress_type != zipfile.ZIP_STORED:
                return np.frombuffer(stream.read(), dtype).reshape(shape)
            header_size = stream.tell()
    return np.memmap(path, dtype, "r", _data_offset(path, member) + header_size, shape)


def _read_header(stream: zipfile.ZipExtFile) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


def _data_offset(path: Path, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: after its local header, whose name and extra field vary in length."""
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)
        name_length, extra_length = np.frombuffer(file.read(4), "<u2")
    return member.header_offset + 30 + int(name_length) + int(extra_length)


def _check(path: Path, images: np.ndarray) -> None:
    if images.dtype != np.uint8:
        raise UserError(f"{path}: `images` has dtype {images.dtype}; it must be uint8 (0 to 255)")
    if images.ndim != 4:
        raise UserError(f"{path}: `images` has shape {images.shape}; it must be (images, side, side, channels)")
    number, height, width, channels = images.shape
    if height != width:
        raise UserError(f"{path}: images are {width}x{height}; they must be square, crop them first")
    if channels not in (1, 3):
        raise UserError(f"{path}: images have {channels} channels; they must have 1 (grey) or 3 (RGB)")
    if number == 0:
        raise UserError(f"{path}: holds no image")
