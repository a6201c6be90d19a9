"""Images that training never sees, to measure against."""

from dataclasses import replace

import numpy as np

from pgkeras.data.dataset import Dataset
from pgkeras.data.views import Selected
from pgkeras.errors import UserError


def hold_out(dataset: Dataset, fraction: float, places: np.ndarray | None = None) -> tuple[Dataset, Dataset]:
    """Divides a data set in two, at random, but always in the same way.

    Args:
        dataset: all images.
        fraction: of them to hold out, from 0 to below 1.
        places: int (images,), of the images that the data set once had, where each is in it now; -1 if it is left out.
            The others stay in the part that they were in. None if nothing has changed.

    Returns:
        The images to train on and those held out, each in their old order; with a fraction of 0, all images twice.

    Raises:
        UserError: if one of the parts would be empty.
    """
    if places is None:
        places = np.arange(len(dataset.images))
    if not fraction:
        everything = _part(dataset, places)
        return everything, everything
    number = len(places)
    held_out = round(fraction * number)
    if not 0 < held_out < number:
        raise UserError(f"`holdout` {fraction:g}: of {number} images that would hold out {held_out}; choose another")
    order = np.random.default_rng(0).permutation(number)
    return _part(dataset, places[np.sort(order[held_out:])]), _part(dataset, places[np.sort(order[:held_out])])


def _part(dataset: Dataset, chosen: np.ndarray) -> Dataset:
    chosen = chosen[chosen >= 0]
    if len(chosen) == len(dataset.images):
        return dataset
    labels = None if dataset.labels is None else dataset.labels[chosen]
    return replace(dataset, images=Selected(dataset.images, chosen), labels=labels, names=())
