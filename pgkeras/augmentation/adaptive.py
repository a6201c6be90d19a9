"""Augmentation with a probability that is fixed, or follows the discriminator's overfitting."""

from collections.abc import Sequence

import keras
from keras import KerasTensor as Tensor
from keras import ops
from keras.random import SeedGenerator

from pgkeras.augmentation.augment import augment


def adapt_probability(
    probability: float | keras.Variable | Tensor, mean_sign: Tensor, images: int, target: float, images_to_full: float
) -> Tensor:
    """One step of adaptive discriminator augmentation's heuristic (Karras et al., arXiv 2006.06676, section 3).

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
