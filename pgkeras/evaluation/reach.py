"""Whether a generator reaches photos that it never saw as well as those that it learned from."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from pgkeras.data import Dataset
from pgkeras.evaluation.image_sources import Stored
from pgkeras.projection.search import project, steps_for

MOST_SOUGHT = 16  # of each kind


@dataclass(frozen=True)
class Reach:
    """How near a generator comes to real images: the root mean square of pixels' differences in grey levels.

    Attributes:
        images: of each kind.
        training: the median over images that it learned from.
        held_out: that over others. If it is much larger, the generator has memorized.
    """

    images: int
    training: float
    held_out: float

    def __str__(self) -> str:
        return (
            f"{self.images} training images are reached to within {self.training:.1f} grey levels (RMS, median), "
            f"{self.images} held-out ones to within {self.held_out:.1f}"
        )


def images_sought(training: Dataset, held_out: Dataset) -> int:
    """How many of each kind are looked for.

    Args:
        training: images that the generator learned from.
        held_out: others.
    """
    return min(MOST_SOUGHT, len(training.images), len(held_out.images))


def steps_of_reach(training: Dataset, held_out: Dataset) -> int:
    """How many steps `reach` makes.

    Args:
        training: images that the generator learned from.
        held_out: others.
    """
    return 2 * steps_for(images_sought(training, held_out))


def reach(
    generator: keras.Model,
    training: Dataset,
    held_out: Dataset,
    *,
    on_steps: Callable[[int], object] = lambda count: None,
) -> Reach:
    """Looks for a few images of either kind in a generator.

    Args:
        generator: latents -> images.
        training: images that it learned from, as large or larger.
        held_out: others.
        on_steps: called with the number of steps that were just made, of `steps_of_reach`.
    """
    side, number = generator.output_shape[1], images_sought(training, held_out)
    errors = []
    for dataset in (training, held_out):
        images = np.concatenate(list(Stored(dataset, side).batches(number)))
        found = project(generator, images, on_steps=on_steps)
        errors.append(float(np.median([each.error for each in found])))
    return Reach(number, *errors)
