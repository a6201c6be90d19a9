"""Files that `torch.save` wrote, read without PyTorch.

Since PyTorch 1.6 such a file is a zip archive: `data.pkl`, and the bytes of each storage in `data/0`, `data/1` ...
Before, it was a stream: pickles of a magic number, the format's version, a description of the machine, the object and
the storages' keys; then, for each key, the number of elements (int64) and their bytes. In both, the object's tensors
are views of storages that they name.
"""

import io
import math
import mmap
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pgkeras.errors import UserError
from pgkeras.interop.restricted_unpickler import load_pickle, ordered_dict

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_VERSION = 1001
_MOST_AXES = 8
_LARGEST = 2**40  # number in a tensor's shape or strides; C knows them in bytes
_LEGACY_START = pickle.dumps(_LEGACY_MAGIC, 2)


def is_torch_file(path: Path) -> bool:
    """Whether a file begins as those of `torch.save` do.

    Args:
        path: of a file that exists.
    """
    with path.open("rb") as file:
        start = file.read(len(_LEGACY_START))
    return start == _LEGACY_START or start.startswith(b"PK\x03\x04")


def read_torch_file(path: Path, allowed: Mapping[str, Any]) -> Any:
    """Reads what `torch.save` wrote.

    Args:
        path: the file.
        allowed: what stands for classes other than PyTorch's, as for `load_pickle`.

    Returns:
        The saved object; the attribute `array` of its tensors is a NumPy array.

    Raises:
        UserError: if the file is damaged or asks for other classes.
    """
    try:
        with path.open("rb") as file:
            legacy = file.read(len(_LEGACY_START)) == _LEGACY_START
        return (_read_legacy if legacy else _read_zip)(path, {**_TORCH_GLOBALS, **allowed})
    except UserError:
        raise
    except Exception as error:  # A damaged archive can raise anything.
        reason = str(error) or type(error).__name__
        message = f"{path}: cannot be read as a PyTorch checkpoint ({reason[:200]}); is it whole, and the right file?"
        raise UserError(message) from None


class _Storage:
    """The memory of tensors. Its bytes arrive after the tensors that are views of it."""

    def __init__(self, dtype: str, elements: int) -> None:
        self.dtype = np.dtype(dtype)
        self.elements = elements
        self.array = np.empty(0, dtype)

    @property
    def size(self) -> int:
        return self.elements * self.dtype.itemsize

    def fill(self, data: bytes) -> None:
        if len(data) != self.size:
            raise ValueError(f"a storage of {self.size} bytes has {len(data)}")
        self.array = np.frombuffer(data, self.dtype)


class _Tensor:
    """A view of a storage, within its bounds and without repetition."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple, strides: tuple, *_: object) -> None:
        if len(shape) > _MOST_AXES:
            raise ValueError(f"a tensor has {len(shape)} axes")
        if any(type(number) is not int or not 0 <= number <= _LARGEST for number in (offset, *shape, *strides)):
            raise ValueError("a tensor's shape or strides are not numbers, or too large")
        last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
        if max(last + 1, math.prod(shape)) > storage.elements:
            raise ValueError(f"a tensor is larger than its storage of {storage.elements} elements")
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    @property
    def array(self) -> np.ndarray:
        elements = self._storage.array[self._offset :]
        strides = [stride * elements.itemsize for stride in self._strides]
        return np.lib.stride_tricks.as_strided(elements, self._shape, strides, writeable=False)


class _Storages(dict[str, _Storage]):
    """The storages that a pickle asks for, by key."""

    def load(self, description: tuple) -> _Storage:
        kind, dtype, key, _, elements, *view = description
        if kind != "storage" or dtype not in _DTYPES.values() or not isinstance(key, str) or any(view):
            raise ValueError("it keeps something else than the weights' memory outside of its pickle")
        return self.setdefault(key, _Storage(dtype, elements))


def _read_zip(path: Path, allowed: Mapping[str, Any]) -> Any:
    storages = _Storages()
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.compress_type or member.compress_size != member.file_size for member in members):
            raise ValueError("it is compressed, which torch.save never does")
        if sum(member.file_size for member in members) > path.stat().st_size:
            raise ValueError("its members overlap")
        names = [member.filename for member in members]
        folder = next((name.removesuffix("data.pkl") for name in names if name.endswith("/data.pkl")), None)
        if folder is None:
            raise ValueError("the archive has no data.pkl")
        if f"{folder}byteorder" in names and archive.read(f"{folder}byteorder") != b"little":
            raise ValueError("it comes from a big-endian machine")
        saved = load_pickle(io.BytesIO(archive.read(f"{folder}data.pkl")), path, allowed, storages.load)
        for key, storage in storages.items():
            storage.fill(archive.read(f"{folder}data/{key}"))
    return saved


def _read_legacy(path: Path, allowed: Mapping[str, Any]) -> Any:
    storages = _Storages()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        _, version, machine = (load_pickle(stream, path) for _ in range(3))
        if version != _LEGACY_VERSION:
            raise ValueError("its version of the format is unknown")
        if not machine["little_endian"]:
            raise ValueError("it comes from a big-endian machine")
        saved = load_pickle(stream, path, allowed, storages.load)
        for key in load_pickle(stream, path):
            storage = storages[key]
            if int.from_bytes(stream.read(8), "little") != storage.elements:
                raise ValueError("a storage has another size than its tensors think")
            storage.fill(stream.read(storage.size))
    return saved


def _rebuild_parameter(tensor: _Tensor, *_: object) -> _Tensor:
    return tensor


_DTYPES = {"HalfStorage": "<f2", "FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8"}
_TORCH_GLOBALS: dict[str, Any] = {
    "collections.OrderedDict": ordered_dict,
    "torch._utils._rebuild_tensor": _Tensor,
    "torch._utils._rebuild_tensor_v2": _Tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
} | {f"{module}.{name}": dtype for module in ("torch", "torch.cuda") for name, dtype in _DTYPES.items()}
