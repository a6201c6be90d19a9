"""Pixel blitting and geometric transformations of adaptive discriminator augmentation, as one transformation per image.

Karras et al., arXiv 2006.06676, appendix B: the same transformations with the same ranges, in the same order. What
comes from outside of an image is its reflection, as in the paper; pixels are interpolated bilinearly, without the
paper's wavelet filter against aliasing.
"""

import math
from collections.abc import Callable, Collection

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.augmentation.affine import Affine, resample
from pgkeras.replicas import normal, randint, uniform


def random_geometry(
    images: Tensor,
    names: Collection[str],
    probability: float | keras.Variable | Tensor,
    seed_generator: SeedGenerator,
) -> Tensor:
    """Multiplies the matrices of the transformations that each image draws, and resamples it once.

    Args:
        images: (batch, side, side, channels).
        names: of GEOMETRY; others are ignored.
        probability: of each transformation for each image.
        seed_generator: source of the random numbers.
    """
    batch, side = ops.shape(images)[:2]
    # Rotations come before and after the anisotropic scaling, one or both of them with the probability.
    of_rotation = 1 - ops.sqrt(1 - probability)
    affine = Affine.identity()
    for name, transform in _IN_ORDER:
        if name in names:
            drawn = uniform((batch, 1), seed=seed_generator)
            chosen = drawn < (of_rotation if transform is _rotation else probability)
            affine = transform(affine, chosen, side, seed_generator)
    return resample(images, affine)


# Each of these is as probable as its inverse, so it is drawn as the map from the result to the image.


def _flip(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """Half of the images, left to right."""
    flipped = chosen & (uniform(ops.shape(chosen), seed=seed_generator) < 0.5)
    return affine.scaled(ops.where(flipped, -1.0, 1.0), 1.0)


def _quarter_turn(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """None to three quarters."""
    quarters = ops.where(chosen, randint(ops.shape(chosen), 0, 4, seed=seed_generator), 0)
    cosine, sine = (ops.take(np.array(values, np.float32), quarters) for values in ([1, 0, -1, 0], [0, 1, 0, -1]))
    return affine.turned(cosine, sine)


def _integer_translation(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """Whole pixels, each way up to an eighth of the side."""
    shape = ops.shape(chosen)
    x, y = (
        ops.where(chosen, ops.round(side * uniform(shape, -0.125, 0.125, seed=seed_generator)), 0.0) for _ in range(2)
    )
    return affine.moved(x, y)


def _scale(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """A factor of 2 to the power of a normal number with standard deviation 0.2."""
    exponent = ops.where(chosen, 0.2 * normal(ops.shape(chosen), seed=seed_generator), 0.0)
    factor = ops.exp2(exponent)
    return affine.scaled(factor, factor)


def _rotation(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """Any angle."""
    angle = ops.where(chosen, uniform(ops.shape(chosen), -math.pi, math.pi, seed=seed_generator), 0.0)
    return affine.turned(ops.cos(angle), ops.sin(angle))


def _anisotropic_scale(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """A factor like that of `_scale` across, its reciprocal down."""
    exponent = ops.where(chosen, 0.2 * normal(ops.shape(chosen), seed=seed_generator), 0.0)
    return affine.scaled(ops.exp2(exponent), ops.exp2(-exponent))


def _fractional_translation(affine: Affine, chosen: Tensor, side: int, seed_generator: SeedGenerator) -> Affine:
    """Each way a normal number with an eighth of the side as standard deviation."""
    shape = ops.shape(chosen)
    x, y = (ops.where(chosen, 0.125 * side * normal(shape, seed=seed_generator), 0.0) for _ in range(2))
    return affine.moved(x, y)


_IN_ORDER: tuple[tuple[str, Callable[[Affine, Tensor, int, SeedGenerator], Affine]], ...] = (
    ("flip", _flip),
    ("quarter_turn", _quarter_turn),
    ("integer_translation", _integer_translation),
    ("scale", _scale),
    ("rotation", _rotation),
    ("anisotropic_scale", _anisotropic_scale),
    ("rotation", _rotation),
    ("fractional_translation", _fractional_translation),
)
GEOMETRY = tuple(dict.fromkeys(name for name, _ in _IN_ORDER))
