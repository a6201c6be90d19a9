"""NumPy arrays in pickles, read without what NumPy has pickles call."""

import pickle
import re
from typing import Any, Literal

import numpy as np


class PickledDtype:
    """Stands for `numpy.dtype`.

    Args:
        code: NumPy's, such as "f4"; numbers and booleans only.
    """

    def __init__(self, code: str, *_: object) -> None:
        if not re.fullmatch("[iuf][1248]|b1", code):
            raise pickle.UnpicklingError(f"arrays of dtype {code!r}")
        self._dtype = np.dtype(code)

    def __setstate__(self, state: tuple) -> None:
        self._dtype = self._dtype.newbyteorder(state[1])

    def array(self, data: bytes | str, shape: tuple[int, ...], order: Literal["C", "F"]) -> np.ndarray:
        """The array in some bytes, without a copy.

        Args:
            data: the bytes; as latin-1 text if Python 2 pickled them.
            shape: of the array.
            order: "C" or "F".
        """
        return np.frombuffer(_encode(data), self._dtype).reshape(shape, order=order)


class PickledArray:
    """Stands for `numpy.ndarray`.

    Attributes:
        array: the array.
    """

    array = np.empty(0)

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.array.nbytes

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, fortran_order, data = state
        self.array = dtype.array(data, shape, "F" if fortran_order else "C")


def _encode(text: bytes | str, *_: object) -> bytes:
    return text.encode("latin1") if isinstance(text, str) else text


def _reconstruct(*_: object) -> PickledArray:
    """An array before its state; PickledArray needs nothing else."""
    return PickledArray()


def _from_buffer(data: bytes, dtype: PickledDtype, shape: tuple[int, ...], order: Literal["C", "F"]) -> PickledArray:
    pickled = PickledArray()
    pickled.array = dtype.array(data, shape, order)
    return pickled


def _scalar(dtype: PickledDtype, data: bytes | str) -> float | int | bool:
    return dtype.array(data, (), "C").item()


_FUNCTIONS: dict[str, Any] = {
    "multiarray._reconstruct": _reconstruct,
    "multiarray.scalar": _scalar,
    "numeric._frombuffer": _from_buffer,
}
NUMPY_GLOBALS: dict[str, Any] = {
    "numpy.dtype": PickledDtype,
    "numpy.ndarray": PickledArray,
    "_codecs.encode": _encode,
} | {f"numpy.{core}.{name}": function for core in ("core", "_core") for name, function in _FUNCTIONS.items()}
