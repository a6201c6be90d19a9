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
        int64 (pictures,) and the names of the classes: the first subfolders, sorted; numbers with dataset.json.

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
        return check_labels(f"{source}, {DATASET_JSON}", np.array([labels[name] for name in names]), len(names))
    outside = next((name for name in names if "/" not in name), None)
    if outside is not None:
        raise NoLabelsError(f"{source}: {outside} is in no subfolder; labels need a subfolder for each class")
    classes, labels = np.unique([name.split("/", 1)[0] for name in names], return_inverse=True)
    if len(classes) < 2:
        raise NoLabelsError(f"{source}: has pictures in only one subfolder; labels need one for each class")
    return check_labels(source, labels, len(names), classes.tolist())


def _parse(source: object, dataset_json: bytes) -> dict[str, int]:
    try:
        labels = dict(json.loads(dataset_json)["labels"] or [])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            f"{source}: {DATASET_JSON} cannot be read ({reason(error)}); give {{'labels': [[name, class], ...]}}"
        ) from None
    if not labels or not all(isinstance(label, int) for label in labels.values()):
        raise NoLabelsError(f"{source}: {DATASET_JSON} has no labels that are classes; train without labels")
    return labels
