"""Training images in HDF5 files: as the GAN tools for Theano and PyTorch write them, or any file with `images`."""

from pathlib import Path
from typing import Any

import numpy as np

from pgkeras.data.checks import check_labels, check_memory
from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.arrays import channels_last, choose_images
from pgkeras.data.sources.optional_package import optional_package
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError

SIGNATURE = b"\x89HDF\r\n\x1a\n"


class _Hdf5Images:
    """The images of an h5py.Dataset, which takes indices only once each and in ascending order."""

    def __init__(self, path: Path, array: Any) -> None:
        self._path = path
        self._array = array
        self.shape = array.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        try:
            if isinstance(indices, slice):
                return self._array[indices]
            ascending, order = np.unique(indices, return_inverse=True)
            return self._array[ascending][order]
        except (OSError, RuntimeError) as error:
            raise UserError(f"{self._path}: is damaged ({reason(error)}); make it again") from None


def is_hdf5(path: Path) -> bool:
    """Whether a path is an HDF5 file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


def open_hdf5(path: Path, labels: bool) -> Dataset:
    """Opens the array `images` of an HDF5 file or, without it, the uint8 array of the largest images.

    Args:
        path: the file; its array is uint8 (images, height, width, channels) or (images, channels, height, width).
        labels: whether to read the array `labels`, integers (images,).

    Raises:
        UserError: if the file is damaged or holds something else, or h5py is missing.
        NoLabelsError: if labels are asked for and there are none.
    """
    h5py = optional_package("h5py", path)
    try:
        arrays = {}
        file = h5py.File(path, "r")
        file.visititems(lambda name, item: arrays.update({name: item} if isinstance(item, h5py.Dataset) else {}))
        array = arrays[choose_images(path, {name: (each.shape or (), each.dtype) for name, each in arrays.items()})]
        images = channels_last(path, _Hdf5Images(path, array), array.dtype)
        if not labels:
            return Dataset(images)
        if "labels" not in arrays:
            raise NoLabelsError(f"{path}: has no array `labels`; add it, int (images,), or train without labels")
        check_memory(path, arrays["labels"].nbytes)
        return Dataset(images, *check_labels(path, arrays["labels"][()], len(images)))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: cannot be read as HDF5 ({reason(error)}); is it truncated? Make it again") from None
