"""Images from a generator."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.backends import backend
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import LAST_SEED, SeededLatents, latents_from_seeds

BATCH_SIZE = 16
WORTH_COMPILING = 10  # batches; that takes as long as running a few layer by layer

Draw = Callable[[Tensor, Tensor | None], Tensor]


def sample(
    generator: keras.Model, num: int = 16, seed: int = 0, labels: int | Sequence[int] | None = None
) -> np.ndarray:
    """Images of consecutive seeds, ready to show.

    Args:
        generator: latents, or latents and labels -> images in [-1, 1].
        num: how many images, at least 1.
        seed: of the first one, 0 or more; the same seed gives the same image, except for rounding.
        labels: of a conditional generator, the class of all images, or of each in turn; None for all classes in turn.

    Returns:
        uint8 (num, side, side, channels).

    Raises:
        UserError: if there are no such classes or seeds, or no image is wanted.

    >>> from pgkeras import ProgressiveConfig, build_generators
    >>> generators = build_generators(ProgressiveConfig(resolution=8, fmap_max=8))
    >>> sample(generators[8].straight, num=3).shape
    (3, 8, 8, 3)
    """
    if num < 1:
        raise UserError(f"`num` {num}: must be 1 or more")
    if seed < 0 or seed + num - 1 > LAST_SEED:
        raise UserError(f"`seed` {seed}: the seeds of {num} images must be from 0 to {LAST_SEED}")
    latents = latents_from_seeds(range(seed, seed + num), generator.inputs[0].shape[-1])
    return to_uint8(sample_latents(generator, latents, _one_hots(labels, num, label_size(generator))))


def _one_hots(labels: int | Sequence[int] | None, num: int, classes: int) -> np.ndarray | None:
    if not classes:
        if labels is not None:
            raise UserError(f"`labels` {labels}: the generator has no classes; leave them out")
        return None
    chosen = np.atleast_1d(range(classes) if labels is None else labels)
    if chosen.min() < 0 or chosen.max() >= classes:
        raise UserError(f"`labels` {labels}: the generator has the classes 0 to {classes - 1}")
    return one_hot(np.resize(chosen, num), classes)


def label_size(generator: keras.Model) -> int:
    """How many classes a generator has; 0 if it takes no labels.

    Args:
        generator: latents, or latents and labels -> images.
    """
    return generator.inputs[1].shape[-1] if len(generator.inputs) > 1 else 0


def sample_batches(
    generator: keras.Model, latents: np.ndarray | SeededLatents, labels: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Runs a generator on a few latents at a time, so that any number fits in memory.

    Args:
        generator: latents, or latents and labels -> images.
        latents: float32 (images, latent_size), or those of seeds.
        labels: one-hot, float32 (images, label_size), if the generator takes them.

    Yields:
        float32 (at most 16, side, side, channels) as the network gives them, not clipped.
    """
    many = len(latents) >= WORTH_COMPILING * BATCH_SIZE
    return _batches(_compiled(generator) if many else partial(_draw, generator), latents, labels)


def sample_latents(generator: keras.Model, latents: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """The images of all latents at once.

    Args:
        generator: latents, or latents and labels -> images.
        latents: float32 (images, latent_size).
        labels: one-hot, float32 (images, label_size), if the generator takes them.

    Returns:
        float32 (images, side, side, channels) as the network gives them, not clipped.
    """
    return np.concatenate(list(sample_batches(generator, latents, labels)))


def sample_frames(
    generator: keras.Model, frames: Iterable[np.ndarray], labels: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """The images of a video's frames, by a generator that is compiled once.

    Args:
        generator: latents, or latents and labels -> images.
        frames: float32 (images, latent_size), the latents of each.
        labels: one-hot, float32 (images, label_size), of every frame, if the generator takes them.

    Yields:
        float32 (images, side, side, channels) as the network gives them, not clipped.
    """
    draw = _compiled(generator)
    for latents in frames:
        yield np.concatenate(list(_batches(draw, latents, labels)))


def _batches(draw: Draw, latents: np.ndarray | SeededLatents, labels: np.ndarray | None) -> Iterator[np.ndarray]:
    for start in range(0, len(latents), BATCH_SIZE):
        part = slice(start, start + BATCH_SIZE)
        yield ops.convert_to_numpy(draw(latents[part], None if labels is None else labels[part]))


def _draw(generator: keras.Model, latents: Tensor, labels: Tensor | None) -> Tensor:
    return generator(latents if labels is None else [latents, labels], training=False)


def _compiled(generator: keras.Model) -> Draw:
    run = backend.Devices().compiled(partial(_draw, generator), generator.variables)
    return lambda latents, labels: run([(latents, labels)])
