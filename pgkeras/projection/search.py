"""Finds the latents whose images are nearest to given ones: the best of many seeds, then Adam."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from pgkeras.images import root_mean_square, to_uint8
from pgkeras.projection.descent import descend
from pgkeras.projection.distance import Distance, pyramid_distance
from pgkeras.projection.features import nearest_to_the_eye
from pgkeras.projection.seeds import SEEDS, Seeds
from pgkeras.projection.slope import Slope
from pgkeras.sampling import sample_latents

STARTS = 4  # of each image
SCOUTING, DESCENDING = 30, 110  # steps with all starts, and with the best one
SHOWN_BEFORE = 20  # steps of the second descent
PIXELS_AT_A_TIME = 2**19  # 128 images of 64x64


@dataclass(frozen=True)
class Projection:
    """What was found of one image.

    Attributes:
        latent: float32 (latent_size,), of mean square 1.
        image: uint8 (side, side, channels), what the generator makes of it.
        error: root mean square of the differences of its pixels from the image's, in grey levels.
        way: uint8 (4, side, side, channels): the nearest seed's image, the best one of four short descents, that after
            20 more steps, and `image`.
    """

    latent: np.ndarray
    image: np.ndarray
    error: float
    way: np.ndarray


def steps_for(images: int) -> int:
    """How many steps `project` makes.

    Args:
        images: to be found.
    """
    return SEEDS + images * (STARTS * SCOUTING + DESCENDING)


def project(
    generator: keras.Model,
    images: np.ndarray,
    distance: Distance | None = None,
    labels: np.ndarray | None = None,
    *,
    seed: int = 0,
    on_steps: Callable[[int], object] = lambda count: None,
) -> list[Projection]:
    """Looks for images in a generator.

    Of 256 seeds the four whose images are nearest are starts for Adam, on the pyramid's distance; after a while the
    best one goes on alone, on the distance given.
    Latents keep a mean square of 1, near which all drawn ones are. Adam scales its steps along each axis by itself,
    which helps where axes differ in curvature: those that it gets are the principal ones of the gradients at the seeds.
    The same seed finds the same latents, except for rounding, which the steps amplify.

    Args:
        generator: latents, or latents and labels -> images.
        images: uint8 (images, side, side, channels), as the generator's.
        distance: to make small; None for the best one there is, `nearest_to_the_eye`.
        labels: one-hot, float32 (label_size,), of all images; None if the generator takes none.
        seed: the first of the 256.
        on_steps: called with the number of steps that were just made, of `steps_for(len(images))`.

    Returns:
        What was found of each image.
    """
    together = max(1, min(len(images), PIXELS_AT_A_TIME // (STARTS * images.shape[1] ** 2)))
    side, channels = generator.output_shape[2:]
    scout = Slope(generator, pyramid_distance(side), labels, STARTS * together)
    guide = Slope(generator, distance or nearest_to_the_eye(side, channels), labels, together)
    seeds = Seeds(generator, labels, seed)
    axes = seeds.axes(scout)
    on_steps(SEEDS)
    found = []
    for first in range(0, len(images), together):
        wanted = images[first : first + together]
        starts = seeds.nearest(wanted, STARTS)
        repeated = wanted.repeat(STARTS, axis=0)
        course, distances = descend(scout, starts.reshape(len(repeated), -1), repeated, axes, SCOUTING, on_steps)
        best = course[-1][np.arange(0, len(repeated), STARTS) + distances.reshape(-1, STARTS).argmin(axis=1)]
        course, _ = descend(guide, best, wanted, axes, DESCENDING, on_steps)
        way = [starts[:, 0], best, course[SHOWN_BEFORE - 1], course[-1]]
        found += _projections(generator, np.stack(way, axis=1), wanted, labels)
    return found


def _projections(
    generator: keras.Model, ways: np.ndarray, wanted: np.ndarray, labels: np.ndarray | None
) -> Iterator[Projection]:
    """From the latents of each way, (images, 4, latent_size)."""
    for way, image in zip(ways, wanted, strict=True):
        drawn = to_uint8(sample_latents(generator, way, None if labels is None else np.tile(labels, (len(way), 1))))
        yield Projection(way[-1], drawn[-1], root_mean_square(drawn[-1], image), drawn)
