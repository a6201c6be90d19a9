"""Classes of conditional generators: one-hot labels, and the names in labels.txt beside the generators."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.files.npy import read_npy

FILE_NAME = "labels.txt"


def one_hot(classes: np.ndarray, label_size: int) -> np.ndarray:
    """Labels as networks take them.

    Args:
        classes: int (images,), from 0 to label_size - 1.
        label_size: number of classes.

    Returns:
        float32 (images, label_size).

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    labels = np.zeros((len(classes), label_size), np.float32)
    labels[np.arange(len(classes)), classes] = 1
    return labels


def refuse_labels(labels: str | None, generator: Path) -> None:
    """For a generator without classes.

    Args:
        labels: what the user chose, if anything.
        generator: its file.

    Raises:
        UserError: if labels were chosen.
    """
    if labels is not None:
        raise UserError(f"`labels` {labels}: {generator} has no classes; drop `labels`")


def rows(classes: Sequence[int], columns: int) -> np.ndarray:
    """The class of each image of a grid with a row for each class.

    Args:
        classes: of the rows.
        columns: images in each.

    >>> rows([4, 7], 3)
    array([4, 4, 4, 7, 7, 7])
    """
    return np.repeat(np.asarray(classes, int), columns)


def write_label_names(folder: Path, names: Sequence[str]) -> None:
    """Writes labels.txt, a line for each class.

    Args:
        folder: of the generators.
        names: in the order of the classes.
    """
    with atomic_path(folder / FILE_NAME) as temporary:
        temporary.write_text("".join(f"{' '.join(name.split())}\n" for name in names), encoding="utf-8")


def read_label_names(generator: Path, label_size: int) -> list[str]:
    """The names of a generator's classes, from labels.txt beside it; without that file, their numbers.

    Args:
        generator: its file.
        label_size: number of classes.

    Raises:
        UserError: if the file is not UTF-8 text or names another number of classes.
    """
    path = generator.parent / FILE_NAME
    if not path.is_file():
        return [str(number) for number in range(label_size)]
    try:
        names = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    if len(names) != label_size:
        raise UserError(f"{path}: names {len(names)} classes, but {generator.name} has {label_size}; correct it")
    return names


def parse_classes(text: str, names: Sequence[str]) -> list[int]:
    """Reads classes by name or number.

    Args:
        text: such as "cat,dog" or "3,5".
        names: of all classes, in order.

    Raises:
        UserError: if there is no such class.

    >>> parse_classes("dog,0", ["cat", "dog"])
    [1, 0]
    >>> parse_classes("hot dog,tench, Tinca tinca", ["hot dog", "tench, Tinca tinca"])
    [0, 1]
    """
    parts, classes = text.split(","), []
    while parts:
        # The longest one first, for names may hold commas.
        names_here = (",".join(parts[:length]).strip() for length in range(len(parts), 0, -1))
        name = next((name for name in names_here if name in names), parts[0].strip())
        classes.append(_parse_class(name, names))
        parts = parts[name.count(",") + 1 :]
    return classes


def classes_of_rows(text: str | None, names: Sequence[str], number: int | None) -> list[int]:
    """The class of each row of a grid.

    Args:
        text: as `parse_classes` reads it; None for all classes, or the first ones if there are fewer rows.
        names: of all classes, in order.
        number: of rows; None for one of each class.

    Raises:
        UserError: if there is no such class, or another number of classes than of rows.

    >>> classes_of_rows(None, ["cat", "dog", "bird"], 2)
    [0, 1]
    """
    classes = list(range(len(names)))[:number] if text is None else parse_classes(text, names)
    if number not in (None, len(classes)):
        raise UserError(f"`grid` has {number} rows for {len(classes)} classes; give a row for each")
    return classes


def load_labels(path: Path, label_size: int) -> np.ndarray:
    """Reads the labels of single images from an .npy file.

    Args:
        path: of int class numbers (images,) or float weights of the classes (images, label_size).
        label_size: number of classes.

    Returns:
        float32 (images, label_size).

    Raises:
        UserError: if the file holds anything else.
    """
    labels = read_npy(path)
    if (
        labels.ndim == 1
        and labels.dtype.kind in "iu"
        and labels.size
        and labels.max() < label_size
        and labels.min() >= 0
    ):
        return one_hot(labels, label_size)
    if labels.ndim == 2 and labels.shape[1] == label_size and labels.dtype.kind in "fiu" and labels.size:
        return _checked_weights(path, labels.astype(np.float32))
    raise UserError(
        f"{path}: holds {labels.dtype} {labels.shape}; give class numbers from 0 to {label_size - 1} (images,), or "
        f"weights (images, {label_size})"
    )


def _checked_weights(path: Path, weights: np.ndarray) -> np.ndarray:
    sums = weights.sum(axis=1)
    if not (np.isfinite(sums) & (sums > 0)).all():
        raise UserError(f"{path}: holds weights whose sum is not above 0, or not finite; give each image a class")
    return weights


def _parse_class(text: str, names: Sequence[str]) -> int:
    if text in names:
        return list(names).index(text)
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    raise UserError(
        f"`labels` {text}: there is no such class; choose from {', '.join(names)}, or by number from 0 to "
        f"{len(names) - 1}"
    )
