"""Named augmentations, applied to a random choice of the images."""

from collections.abc import Sequence

import keras
from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.augmentation.colour import COLOUR, random_colours
from pgkeras.augmentation.diffaugment import DIFFAUGMENT
from pgkeras.augmentation.geometry import GEOMETRY, random_geometry
from pgkeras.replicas import uniform

BGC = (*GEOMETRY, *COLOUR)
"""The pixel blitting, geometric and colour transformations of ADA, for which `bgc` stands in its authors' code, too."""

AUGMENTATIONS = (*BGC, *DIFFAUGMENT)
"""All names that `augment` knows, besides `bgc`."""


def augment(
    images: Tensor, names: Sequence[str], probability: float | keras.Variable | Tensor, seed_generator: SeedGenerator
) -> Tensor:
    """Applies each named transformation to a random choice of the images.

    Those of ADA come first and in the paper's order, the geometric ones as a single transformation; those of
    DiffAugment follow in the order given.

    Args:
        images: (batch, side, side, channels) in [-1, 1].
        names: of AUGMENTATIONS, or `bgc` for all of BGC.
        probability: that a transformation is applied to an image, decided for each anew, from 0 (all images come back
            unchanged) to 1 (always, as in DiffAugment). The generator learns turned, mirrored or discoloured images as
            the probability of ADA's transformations nears 1; the paper finds up to 0.8 safe. A scalar variable or
            tensor may change without retracing.
        seed_generator: source of the random numbers.

    Returns:
        The images, of the same shape.

    Raises:
        KeyError: if a name is unknown.

    >>> images = ops.zeros((16, 32, 32, 3))
    >>> tuple(augment(images, ["bgc", "cutout"], 0.5, SeedGenerator(0)).shape)
    (16, 32, 32, 3)
    """
    names = [each for name in names for each in (BGC if name == "bgc" else [name])]
    if unknown := set(names) - set(AUGMENTATIONS):
        raise KeyError(f"no augmentations: {', '.join(sorted(unknown))}")
    if set(names) & set(GEOMETRY):
        images = random_geometry(images, names, probability, seed_generator)
    if set(names) & set(COLOUR):
        images = random_colours(images, names, probability, seed_generator)
    for name in names:
        if name in DIFFAUGMENT:
            chosen = uniform((ops.shape(images)[0],), seed=seed_generator) < probability
            images = DIFFAUGMENT[name](images, chosen, seed_generator)
    return images
