"""SVHN's cropped digits, `train_32x32.mat`, as downloaded."""

import math
from pathlib import Path

import numpy as np

from pgkeras.data.checks import check_images, check_labels, check_memory
from pgkeras.data.dataset import Dataset
from pgkeras.data.sources.optional_package import optional_package
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError

TRAINING_FILE = "train_32x32.mat"
CLASSES = 10


def is_svhn(path: Path) -> bool:
    """Whether a path is a .mat file, or a folder with that for training."""
    return (path.is_file() and path.suffix.lower() == ".mat") or (path / TRAINING_FILE).is_file()


def open_svhn(path: Path, labels: bool) -> Dataset:
    """Reads SVHN into memory: 225 MB.

    Args:
        path: the .mat file, or the folder of `train_32x32.mat`.
        labels: whether to read the digits; the file's 10 stands for 0.

    Raises:
        UserError: if the file is damaged or holds something else, or scipy is missing.
    """
    file = path / TRAINING_FILE if path.is_dir() else path
    scipy_io = optional_package("scipy.io", file)
    try:
        variables = {name: (shape, kind) for name, shape, kind in scipy_io.whosmat(file)}
        shape, kind = variables.get("X", ((), "missing"))
        if kind != "uint8" or len(shape) != 4 or "y" not in variables:
            raise UserError(
                f"{file}: has X {kind} {shape}, and y {variables.get('y', 'missing')}; SVHN's cropped digits have "
                "X uint8 (height, width, 3, images) and y (images, 1)"
            )
        check_memory(file, math.prod(shape))
        check_memory(file, math.prod(variables["y"][0]))
        arrays = scipy_io.loadmat(file, variable_names=["X", "y"])
    except UserError:
        raise
    except Exception as error:  # scipy meets damaged files with errors of every kind
        raise UserError(f"{file}: cannot be read as .mat ({reason(error)}); download it again") from None
    images = arrays["X"].transpose(3, 0, 1, 2)
    check_images(file, images.shape, images.dtype)
    if not labels:
        return Dataset(images, mirror=False)
    digits = arrays["y"].ravel()
    classes = np.where(digits == CLASSES, 0, digits)
    return Dataset(images, *check_labels(file, classes, len(images), range(CLASSES)), mirror=False)
