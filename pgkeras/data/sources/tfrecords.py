"""Training images in multi-resolution TFRecords, as the tools of PGGAN and StyleGAN (1 and 2) write them.

`NAME-r02.tfrecords` ... `NAME-r10.tfrecords` hold all images at 4x4 to 1024x1024 pixels: an uncompressed
`tf.train.Example` each, with features `shape` int64 (channels, height, width) and `data`, the pixels.
`NAME-rxx.labels` is an .npy of one-hot labels, float32 (images, classes).
"""

import re
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError

from pgkeras.data.checks import check_images, check_labels
from pgkeras.data.dataset import Dataset, NoLabelsError
from pgkeras.data.sources.example_message import Example
from pgkeras.data.sources.reason import reason
from pgkeras.data.tfrecord import AFTER, BEFORE, masked_crc
from pgkeras.data.views import positions
from pgkeras.errors import UserError

_NAME = re.compile(r"([^.].*)-r(\d\d)\.tfrecords")


class Records:
    """The images of one file, which is memory-mapped.

    Args:
        path: the file; its records are all of one length.

    Raises:
        UserError: if it is truncated or holds something else; for a damaged record, when it is asked for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records = self._map()
        image = self._image(0)
        check_images(path, (1, *image.shape), image.dtype)
        self.shape = (len(self._records), *image.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        chosen = positions(indices, len(self))
        images = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        for place, index in enumerate(chosen):
            image = self._image(index)
            if image.shape != self.shape[1:]:
                raise UserError(f"{self._path}: record {index} is {image.shape}, not {self.shape[1:]}; make it again")
            images[place] = image
        return images

    def _map(self) -> np.ndarray:
        """Every record with what is around it: uint8 (images, bytes)."""
        try:
            file = np.memmap(self._path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise UserError(f"{self._path}: cannot be read ({reason(error)}); make it again") from None
        length = int.from_bytes(file[:8].tobytes(), "little")
        size = BEFORE + length + AFTER
        if len(file) % size:
            raise UserError(f"{self._path}: is truncated, or no TFRecord file of images of one size; make it again")
        records = file.reshape(-1, size)
        before = records[:, :BEFORE]
        others = (before != before[0]).any(axis=1)
        if others.any():
            index = others.argmax()
            raise UserError(f"{self._path}: record {index} is damaged, or not of the others' size; make it again")
        if masked_crc(before[0, :8].tobytes()) != int.from_bytes(before[0, 8:].tobytes(), "little"):
            raise UserError(f"{self._path}: is damaged, or no TFRecord file; make it again")
        return records

    def _image(self, index: int) -> np.ndarray:
        payload = self._records[index, BEFORE:-AFTER].tobytes()
        if masked_crc(payload) != int.from_bytes(self._records[index, -AFTER:].tobytes(), "little"):
            raise UserError(f"{self._path}: record {index} is damaged (its checksum differs); make the file again")
        try:
            example = Example.FromString(payload)
            features = example.features.feature
            pixels = np.frombuffer(features["data"].bytes_list.value[0], np.uint8)
            return pixels.reshape(features["shape"].int64_list.value).transpose(1, 2, 0)
        except (DecodeError, IndexError, ValueError) as error:
            raise UserError(
                f"{self._path}: record {index} has no features `shape` and `data` of an image ({reason(error)}); "
                "give TFRecords as the PGGAN or StyleGAN tools write them"
            ) from None


def is_tfrecords(path: Path) -> bool:
    """Whether a path is a TFRecord file or a folder of them."""
    if path.is_dir():
        return any(_NAME.fullmatch(file.name) for file in path.iterdir())
    return path.is_file() and path.suffix.lower() == ".tfrecords"


def open_tfrecords(path: Path, labels: bool) -> Dataset:
    """Opens the largest resolution of a set of TFRecords.

    Args:
        path: the folder, or one file of it, which then is the resolution.
        labels: whether to read the labels.

    Raises:
        UserError: if the files are damaged or hold something else.
        NoLabelsError: if labels are asked for and there are none, or more than one class per image.
    """
    file = _largest(path) if path.is_dir() else path
    images = Records(file)
    if not labels:
        return Dataset(images)
    match = _NAME.fullmatch(file.name)
    return Dataset(images, *_read_labels(file.with_name(f"{match[1] if match else file.stem}-rxx.labels"), len(images)))


def _largest(folder: Path) -> Path:
    matches = [match for file in folder.iterdir() if (match := _NAME.fullmatch(file.name))]
    names = sorted({match[1] for match in matches})
    if len(names) > 1:
        raise UserError(f"{folder}: holds the sets {', '.join(names)}; give one .tfrecords file, or a folder for each")
    return folder / max(matches, key=lambda match: int(match[2])).string


def _read_labels(path: Path, number: int) -> tuple[np.ndarray, tuple[str, ...]]:
    if not path.is_file():
        raise NoLabelsError(f"{path}: no such file, so there are no labels; train without labels")
    try:
        one_hot = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # damaged headers give errors of every kind
        raise UserError(f"{path}: cannot be read as .npy ({reason(error)}); make it again") from None
    if one_hot.ndim != 2 or len(one_hot) != number or one_hot.dtype.kind not in "fiu":
        raise UserError(f"{path}: holds {one_hot.dtype} {one_hot.shape}; it must be one-hot ({number}, classes)")
    if ((one_hot != 0).sum(axis=1) != 1).any() or (one_hot.max(axis=1) != 1).any():
        raise NoLabelsError(f"{path}: holds other labels than one class per image; train without labels")
    return check_labels(path, one_hot.argmax(axis=1), number, range(one_hot.shape[1]))
