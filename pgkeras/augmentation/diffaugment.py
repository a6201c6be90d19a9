"""The transformations of DiffAugment (Zhao et al., arXiv 2006.10738), with the ranges of its authors' code.

What they leave empty is 0, mid-grey.
"""

from collections.abc import Callable

from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.replicas import randint, uniform


def colour(images: Tensor, chosen: Tensor, seed_generator: SeedGenerator) -> Tensor:
    """Random brightness from -0.5 to 0.5, saturation from 0 to 2, contrast from 0.5 to 1.5.

    Args:
        images: (batch, side, side, channels).
        chosen: bool (batch,), which images to transform.
        seed_generator: source of the random numbers.
    """
    shape = ops.shape(chosen)
    brightness = ops.where(chosen, uniform(shape, -0.5, 0.5, seed=seed_generator), 0.0)
    saturation = ops.where(chosen, uniform(shape, 0.0, 2.0, seed=seed_generator), 1.0)
    contrast = ops.where(chosen, uniform(shape, 0.5, 1.5, seed=seed_generator), 1.0)
    return adjust_colour(images, brightness, saturation, contrast)


def translation(images: Tensor, chosen: Tensor, seed_generator: SeedGenerator) -> Tensor:
    """Random translation, each way by up to an eighth of the side, rounded half up: one pixel at 4x4.

    Args:
        images: (batch, side, side, channels).
        chosen: bool (batch,), which images to transform.
        seed_generator: source of the random numbers.
    """
    shape = ops.shape(chosen)
    limit = (ops.shape(images)[1] + 4) // 8
    down = ops.where(chosen, randint(shape, -limit, limit + 1, seed=seed_generator), 0)
    right = ops.where(chosen, randint(shape, -limit, limit + 1, seed=seed_generator), 0)
    return translate(images, down, right)


def cutout(images: Tensor, chosen: Tensor, seed_generator: SeedGenerator) -> Tensor:
    """Random cutout, its middle anywhere in the image: a quarter of the square to all of it is blank.

    Args:
        images: (batch, side, side, channels).
        chosen: bool (batch,), which images to transform.
        seed_generator: source of the random numbers.
    """
    shape = ops.shape(chosen)
    side = ops.shape(images)[1]
    size = (side + 1) // 2
    middles = side + 1 - size % 2
    # A middle one side above the image puts the whole square outside.
    row = ops.where(chosen, randint(shape, 0, middles, seed=seed_generator), -side)
    column = randint(shape, 0, middles, seed=seed_generator)
    return cut_out(images, row, column, size)


DIFFAUGMENT: dict[str, Callable[[Tensor, Tensor, SeedGenerator], Tensor]] = {
    "colour": colour,
    "translation": translation,
    "cutout": cutout,
}


def adjust_colour(images: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    """Changes brightness, then saturation, then contrast.

    Args:
        images: (batch, side, side, channels).
        brightness: (batch,), to add to every value.
        saturation: (batch,), factor of each pixel's distance from its mean over the channels; a grey image has none.
        contrast: (batch,), factor of each value's distance from the image's mean.
    """
    brightness, saturation, contrast = (each[:, None, None, None] for each in (brightness, saturation, contrast))
    images = images + brightness
    # Written as differences, so that a factor of 1 changes no bit.
    images = images + (saturation - 1) * (images - ops.mean(images, axis=-1, keepdims=True))
    return images + (contrast - 1) * (images - ops.mean(images, axis=(1, 2, 3), keepdims=True))


def translate(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Moves images by whole pixels; zeros follow.

    One gather from the images in a frame of zeros: with its two derivatives it costs a CPU less than products with
    shift matrices do.

    Args:
        images: (batch, side, side, channels).
        down: int32 (batch,), pixels; negative is up.
        right: int32 (batch,), pixels; negative is left.
    """
    batch, side, _, channels = ops.shape(images)
    framed = ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    row, column = (ops.clip(ops.arange(side) - shift[:, None], -1, side) + 1 for shift in (down, right))
    line = ops.arange(batch)[:, None] * (side + 2) + row
    pixel = line[:, :, None] * (side + 2) + column[:, None, :]
    return ops.take(ops.reshape(framed, (-1, channels)), pixel, axis=0)


def cut_out(images: Tensor, row: Tensor, column: Tensor, size: int) -> Tensor:
    """Blanks what lies within the image of one square per image.

    Args:
        images: (batch, side, side, channels).
        row: int32 (batch,), of the square's middle pixel, or of the one below the middle if the size is even.
        column: int32 (batch,), of the square's middle pixel, or of the one right of the middle.
        size: side of the squares in pixels.
    """
    position = ops.arange(ops.shape(images)[1])
    above, left = (middle[:, None] - size // 2 for middle in (row, column))
    rows = (position >= above) & (position < above + size)
    columns = (position >= left) & (position < left + size)
    square = rows[:, :, None, None] & columns[:, None, :, None]
    return images * ops.cast(~square, images.dtype)
