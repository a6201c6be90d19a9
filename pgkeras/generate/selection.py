"""For showing only: the images that the run's discriminator takes most for real."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from keras import ops

from pgkeras.errors import UserError
from pgkeras.generate.request import Request, seeds_from
from pgkeras.latents import SeededLatents
from pgkeras.layers import MinibatchDiscrimination, MinibatchStddev
from pgkeras.sampling import BATCH_SIZE


def select(generator: keras.Model, discriminator: keras.Model, request: Request, best_of: int) -> Request:
    """Makes `best_of` candidates for each image and keeps those with the highest scores of their class.

    Discriminator rejection sampling (Azadi et al., arXiv 1810.06758) accepts at random, so that images come nearer to
    the real distribution. Keeping the highest scores costs variety, so nothing may be measured on what it keeps.

    Args:
        generator: latents, or latents and labels -> images.
        discriminator: images -> scores.
        request: images from consecutive seeds. The candidates' seeds begin with the first one.
        best_of: candidates for each image.

    Returns:
        The images kept: of each class in the order of their seeds.

    Raises:
        UserError: if the images are not from seeds, or the discriminator judges batches, not single images.
    """
    if request.seeds is None:
        raise UserError(f"`best_of` {best_of}: chooses among seeds, not among `latents`; drop one of them")
    seeds = seeds_from(request.seeds[0], best_of * len(request))
    latents = SeededLatents(seeds, request.latents.shape[1])
    labels = None if request.labels is None else request.labels.repeat(best_of, axis=0)
    candidates = replace(request, latents=latents, labels=labels)
    kept = keep(score(discriminator, candidates.make(generator, "judging")), request.labels, best_of)
    return replace(request, latents=SeededLatents(seeds[kept], latents.shape[1]), seeds=seeds[kept])


def score(discriminator: keras.Model, batches: Iterable[np.ndarray]) -> np.ndarray:
    """Judges images, each for itself: the minibatch standard deviation is replaced by its mean over all of them.

    Args:
        discriminator: images -> scores.
        batches: float32 (some, side, side, channels) in [-1, 1].

    Returns:
        float32 (images,).

    Raises:
        UserError: if other layers of the discriminator compare an image with its batch.
    """
    layers = discriminator.layers
    if any(isinstance(layer, MinibatchDiscrimination | keras.layers.BatchNormalization) for layer in layers):
        raise UserError(
            "`best_of`: this run's discriminator judges batches, not single images, because of its batch normalization "
            "or learned minibatch discrimination; drop it"
        )
    stddev = next((layer for layer in layers if isinstance(layer, MinibatchStddev)), None)
    if stddev is None:
        return _run(discriminator, batches)[:, 0]
    features = _run(keras.Model(discriminator.input, stddev.output), batches)
    features[..., -1] = features[..., -1].mean()
    parts = np.array_split(features, -(-len(features) // BATCH_SIZE))
    return _run(keras.Model(stddev.output, discriminator.output), parts)[:, 0]


def keep(scores: np.ndarray, labels: np.ndarray | None, best_of: int) -> np.ndarray:
    """Which candidates are kept.

    Args:
        scores: (best_of x images,); the candidates for an image follow each other.
        labels: of the images, (images, label_size); None if all are of one class.
        best_of: candidates for each image.

    Returns:
        int64 (images,): in the places of each class its best candidates, in the order that they came in.

    >>> keep(np.array([1, 4, 3, 9]), None, best_of=2)
    array([1, 3])
    >>> keep(np.array([8, 9, 5, 1]), np.array([[1, 0], [0, 1]]), best_of=2)
    array([1, 2])
    """
    if labels is None:
        labels = np.zeros((len(scores) // best_of, 1))
    _, classes = np.unique(labels, axis=0, return_inverse=True)
    kept = np.empty(len(classes), int)
    for each in np.unique(classes):
        places = np.flatnonzero(classes == each)
        candidates = np.flatnonzero(classes.repeat(best_of) == each)
        best = np.argsort(-scores[candidates], kind="stable")[: len(places)]
        kept[places] = candidates[np.sort(best)]
    return kept


def labelled(out: Path, best_of: int) -> Path:
    """The name of selected images, which says that they are.

    Args:
        out: the name asked for, of a file or a folder.
        best_of: candidates for each image.

    Raises:
        UserError: if it is no name but "." or "..".

    >>> labelled(Path("grid.png"), 4).name
    'grid-best-of-4.png'
    """
    label = f"-best-of-{best_of}"
    if out.name in ("", ".."):
        raise UserError(f"`out` {out}: `best_of` adds {label} to the folder's name; give a name")
    stem, suffix = (out.stem, out.suffix) if out.suffix.lower() in (".png", ".npy") else (out.name, "")
    return out if stem.endswith(label) else out.with_name(f"{stem}{label}{suffix}")


def _run(model: keras.Model, batches: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([ops.convert_to_numpy(model(batch, training=False)) for batch in batches])
