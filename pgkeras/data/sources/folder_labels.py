"""The class of each picture in a folder or an archive: from StyleGAN's dataset.json, or from its subfolder."""

import json
from collections.abc import Sequence

import numpy as np

from pgkeras.data.checks import check_labels
from pgkeras.data.dataset import NoLabelsError
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError

DATASET_JSON = "dataset.json"


def folder_labels(
    source: object, names: Sequence[str], dataset_json: bytes | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Finds the classes of pictures.

    Args:
        source: the folder or archive, for the error.
        names: of the pictures, relative to it, with forward slashes.
        dataset_json: contents of its dataset.json, as StyleGAN's tools write it: `{"labels": [[name, class], ...]}`;
            None if there is none.

    Returns:
        int64 (pictures,) and the names of the classes: with dataset.json, the numbers in it; without, the first
        subfolders, sorted, of the deepest folder that holds all pictures.

    Raises:
        UserError: if dataset.json is damaged or incomplete.
        NoLabelsError: if there are no classes: none in dataset.json; without it, pictures outside of subfolders,
            or only one subfolder.
    """
    if dataset_json is not None:
        labels = _parse(source, dataset_json)
        missing = next((name for name in names if name not in labels), None)
        if missing is not None:
            raise UserError(f"{source}: {DATASET_JSON} has no label for {missing}; add it")
        return _by_number(f"{source}, {DATASET_JSON}", np.array([labels[name] for name in names]), len(names))
    names = _within_common_folder(names)
    outside = next((name for name in names if "/" not in name), None)
    if outside is not None:
        raise NoLabelsError(f"{source}: {outside} is in no subfolder; labels need a subfolder for each class")
    classes, labels = np.unique([name.split("/", 1)[0] for name in names], return_inverse=True)
    if len(classes) < 2:
        raise NoLabelsError(f"{source}: has pictures in only one subfolder; labels need one for each class")
    return check_labels(source, labels, len(names), classes.tolist())


def _by_number(source: object, numbers: np.ndarray, images: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Classes by the numbers that occur, which may begin at 1."""
    check_labels(source, numbers, images)
    names, classes = np.unique(numbers, return_inverse=True)
    return check_labels(source, classes, images, names.tolist())


def _within_common_folder(names: Sequence[str]) -> list[str]:
    parts = [name.partition("/") for name in names]
    if len({first for first, _, _ in parts}) > 1 or not all("/" in rest for _, _, rest in parts):
        return list(names)
    return _within_common_folder([rest for _, _, rest in parts])


def _parse(source: object, dataset_json: bytes) -> dict[str, int]:
    try:
        entries = dict(json.loads(dataset_json)["labels"] or [])
        labels = {name.replace("\\", "/"): label for name, label in entries.items()}  # Windows writes backslashes
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{source}: {DATASET_JSON} cannot be read ({reason(error)}); give {{'labels': [[name, class], ...]}}"
        ) from None
    if not labels or not all(isinstance(label, int) for label in labels.values()):
        raise NoLabelsError(f"{source}: {DATASET_JSON} has no labels that are classes; train without labels")
    return labels
