"""Augmentation of what the discriminator sees, reals and fakes alike, so that few photos last longer.

The transformations are those of DiffAugment (Zhao et al., arXiv 2006.10738) with the ranges of its authors' code. They
are affine in the images, so gradients pass through them into the generator. Images are float32 (batch, side, side,
channels) in [-1, 1], RGB or grey; what a transformation leaves empty is 0, mid-grey, and values that it moves out of
[-1, 1] are not clipped.

Gradient penalties are of the gradient with respect to the augmented images, which the discriminator sees. The code of
DiffAugment's authors, and that of adaptive discriminator augmentation's (Karras et al., arXiv 2006.06676), take the
gradient further, through the augmentation, to the images before it.
"""

from collections.abc import Callable, Sequence

import keras
from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.replicas import randint, uniform


def augment(
    images: Tensor, names: Sequence[str], probability: float | keras.Variable | Tensor, seed_generator: SeedGenerator
) -> Tensor:
    """Applies each named transformation, in turn, to a random choice of the images.

    Args:
        images: (batch, side, side, channels) in [-1, 1].
        names: keys of AUGMENTATIONS.
        probability: that a transformation is applied to an image, decided for each anew, from 0 (all images come back
            unchanged) to 1 (always, as in DiffAugment). A scalar variable or tensor may change without retracing.
        seed_generator: source of the random numbers.

    Returns:
        The images, of the same shape.

    Raises:
        KeyError: if a name is not in AUGMENTATIONS.

    >>> images = ops.zeros((16, 32, 32, 3))
    >>> tuple(augment(images, ["colour", "translation"], 1.0, SeedGenerator(0)).shape)
    (16, 32, 32, 3)
    """
    for name in names:
        chosen = uniform((ops.shape(images)[0],), seed=seed_generator) < probability
        images = AUGMENTATIONS[name](images, chosen, seed_generator)
    return images


def adapt_probability(
    probability: float | keras.Variable | Tensor, mean_sign: Tensor, images: int, target: float, images_to_full: float
) -> Tensor:
    """One step of adaptive discriminator augmentation's heuristic (Karras et al., arXiv 2006.06676, section 3.1).

    The mean sign of the scores of real images, r_t, is 0 while the discriminator cannot tell them from fakes and nears
    1 as it overfits. It has a meaning where scores are logits around 0, not where they drift, as with Wasserstein
    losses.

    Args:
        probability: of `augment`, to be adapted.
        mean_sign: of the scores of the augmented real images shown since the last step. The paper collects four
            batches.
        images: how many they are.
        target: of r_t; the paper's is 0.6. Above it the probability rises, else it falls.
        images_to_full: images in which the probability can rise from 0 to 1; the paper's is 500,000.

    Returns:
        The new probability, in [0, 1].

    >>> new = adapt_probability(0.5, ops.ones(()), images=16, target=0.6, images_to_full=1600)
    >>> round(float(new), 4)
    0.51
    """
    step = images / images_to_full
    return ops.clip(probability + ops.where(mean_sign > target, step, -step), 0.0, 1.0)


class Augmentation:
    """What a run applies to the discriminator's images: named transformations, and their probability, fixed or adapted.

    Args:
        names: keys of AUGMENTATIONS.
        probability: of each for each image, from 0 to 1; the first one if it is adapted.
        target: of `adapt_probability`; None for a fixed probability.
        images_to_full: of `adapt_probability`.

    Attributes:
        probability: scalar float32 variable, so that it can be saved and changes without retracing.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        probability: float = 1.0,
        target: float | None = None,
        images_to_full: float = 500_000,
    ) -> None:
        self.names = names
        self.target = target
        self.images_to_full = images_to_full
        self.probability = keras.Variable(probability, dtype="float32", trainable=False, name="probability")

    def __call__(self, images: Tensor, seed_generator: SeedGenerator) -> Tensor:
        """The images, augmented: see `augment`."""
        return augment(images, self.names, self.probability, seed_generator)

    def adapt(self, mean_sign: Tensor, images: int) -> None:
        """Adapts the probability, if it has a target: see `adapt_probability`."""
        if self.target is not None:
            self.probability.assign(
                adapt_probability(self.probability, mean_sign, images, self.target, self.images_to_full)
            )


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


AUGMENTATIONS: dict[str, Callable[[Tensor, Tensor, SeedGenerator], Tensor]] = {
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
