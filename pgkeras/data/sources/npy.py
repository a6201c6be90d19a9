"""Training images in .npy files: one of all images, or a folder of them, such as CelebA-HQ's."""

from pathlib import Path

import numpy as np

from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.arrays import channels_last
from pgkeras.data.sources.reason import reason
from pgkeras.data.views import positions
from pgkeras.errors import UserError

SUFFIX = ".npy"


class _Files:
    """The images of files that are alike; each holds one image, or as many as the others."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        first = _load(paths[0])
        for path in paths:
            file = _load(path)
            if (file.shape, file.dtype) != (first.shape, first.dtype):
                raise UserError(
                    f"{path}: holds {file.dtype} {file.shape}, but {paths[0]} {first.dtype} {first.shape}; all must be "
                    "alike"
                )
        self.dtype = first.dtype
        self._in_each = len(first)
        self.shape = (len(paths) * len(first), *first.shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        chosen = positions(indices, len(self))
        images = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        for place, index in enumerate(chosen):
            images[place] = _load(self._paths[index // self._in_each])[index % self._in_each]
        return images


def is_npy(path: Path) -> bool:
    """Whether a path is an .npy file, or a folder with nothing else but hidden files."""
    if path.is_dir():
        visible = [file for file in path.iterdir() if not file.name.startswith(".")]
        return bool(visible) and all(file.suffix.lower() == SUFFIX for file in visible)
    return path.is_file() and path.suffix.lower() == SUFFIX


def open_npy(path: Path, labels: bool) -> Dataset:
    """Opens .npy files, memory-mapped.

    Args:
        path: a file of uint8 (images, height, width, channels), or a folder of files of one image each; channels may
            come first, and of grey images be left out.
        labels: .npy files have none.

    Raises:
        UserError: if a file is damaged or holds something else, or they are not alike.
        NoLabelsError: if labels are asked for.
    """
    if labels:
        raise NoLabelsError(
            f"{path}: an .npy has no labels; save an .npz with `images` and `labels`, or train without labels"
        )
    if path.is_dir():
        images = _Files(sorted(file for file in path.iterdir() if file.suffix.lower() == SUFFIX))
    else:
        images = _load(path)
    return Dataset(channels_last(path, images, images.dtype))


def _load(path: Path) -> np.ndarray:
    """The images of one file: one if it has two axes, or three of which the first or the last are channels."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # damaged headers give errors of every kind
        raise UserError(f"{path}: cannot be read as .npy ({reason(error)}); make it again") from None
    if array.ndim == 2:
        return array[None, ..., None]
    if array.ndim == 3:
        return array[None] if {array.shape[0], array.shape[2]} & {1, 3} else array[..., None]
    if array.ndim != 4:
        raise UserError(f"{path}: holds {array.dtype} {array.shape}; give uint8 (images, height, width, channels)")
    return array
