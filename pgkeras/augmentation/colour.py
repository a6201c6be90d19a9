"""Colour transformations of adaptive discriminator augmentation (Karras et al., arXiv 2006.06676, appendix B)."""

import math
from collections.abc import Callable, Collection

import keras
from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.replicas import normal, uniform

COLOUR = ("brightness", "contrast", "luma_flip", "hue", "saturation")


def random_colours(
    images: Tensor,
    names: Collection[str],
    probability: float | keras.Variable | Tensor,
    seed_generator: SeedGenerator,
) -> Tensor:
    """Changes brightness, contrast, luma, hue and saturation, in this order, each for a random choice of the images.

    Brightness has the standard deviation 0.2; the binary logarithms of the factors of contrast and saturation 0.5 and
    1. Half of the chosen images flip their luma; hues turn by any angle.

    Args:
        images: (batch, side, side, channels).
        names: of COLOUR; others are ignored.
        probability: of each transformation for each image.
        seed_generator: source of the random numbers.
    """
    shape = ops.shape(images)[:1]

    def drawn(name: str, draw: Callable[[], Tensor], otherwise: float) -> Tensor:
        if name not in names:
            return ops.full(shape, otherwise)
        return ops.where(uniform(shape, seed=seed_generator) < probability, draw(), otherwise)

    brightness = drawn("brightness", lambda: 0.2 * normal(shape, seed=seed_generator), 0.0)
    contrast = drawn("contrast", lambda: ops.exp2(0.5 * normal(shape, seed=seed_generator)), 1.0)
    luma = drawn("luma_flip", lambda: ops.where(uniform(shape, seed=seed_generator) < 0.5, -1.0, 1.0), 1.0)
    hue = drawn("hue", lambda: uniform(shape, -math.pi, math.pi, seed=seed_generator), 0.0)
    saturation = drawn("saturation", lambda: ops.exp2(normal(shape, seed=seed_generator)), 1.0)
    return change_colours(images, brightness, luma * contrast, hue, saturation * contrast)


def change_colours(images: Tensor, brightness: Tensor, luma: Tensor, hue: Tensor, chroma: Tensor) -> Tensor:
    """Changes a pixel's mean over the channels, its luma, and what is left of it, its chroma.

    Args:
        images: (batch, side, side, channels); a grey image has no chroma.
        brightness: (batch,), to add to the luma.
        luma: (batch,), factor of the luma after that.
        hue: (batch,), angle in radians by which the chroma turns about the axis of greys.
        chroma: (batch,), factor of the chroma.
    """
    channels = images.shape[-1]
    one = ops.eye(channels)
    cross = (ops.roll(one, 1, axis=1) - ops.roll(one, -1, axis=1)) / math.sqrt(3)
    brightness, luma, hue, chroma = (each[:, None, None] for each in (brightness, luma, hue, chroma))
    kept = chroma * ops.cos(hue)
    # Less the identity, so that factors of 1 and an angle of 0 change no bit.
    matrix = (kept - 1) * one + (luma - kept) / channels + chroma * ops.sin(hue) * cross
    change = ops.matmul(ops.reshape(images, (ops.shape(images)[0], -1, channels)), matrix) + luma * brightness
    return images + ops.reshape(change, ops.shape(images))
