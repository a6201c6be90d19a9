"""Losses of the two networks as plain functions of scores, and the table that names them.

Scores are float32 (batch, 1), higher for images that look real; each function returns one number per image or, for
penalties, one number per image from the gradient of the scores' sum with respect to the images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from keras import KerasTensor as Tensor
from keras import ops


def wasserstein_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Wasserstein critic loss (Arjovsky et al., arXiv 1701.07875, eq. 2).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return fake_scores - real_scores


def wasserstein_generator(fake_scores: Tensor) -> Tensor:
    """Wasserstein generator loss (arXiv 1701.07875, eq. 2), which is also the hinge loss's.

    Args:
        fake_scores: of generated images, (batch, 1).
    """
    return -fake_scores


def least_squares_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """LSGAN with targets 1 for real and 0 for fake: mean squared error (Mao et al., arXiv 1611.04076, eq. 9).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return 0.5 * (ops.square(real_scores - 1) + ops.square(fake_scores))


def least_squares_generator(fake_scores: Tensor) -> Tensor:
    """LSGAN generator loss with target 1 (arXiv 1611.04076, eq. 9).

    Args:
        fake_scores: of generated images, (batch, 1).
    """
    return 0.5 * ops.square(fake_scores - 1)


def logistic_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Binary cross-entropy on logits, real 1 and fake 0 (Goodfellow et al., arXiv 1406.2661, eq. 1).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return ops.softplus(-real_scores) + ops.softplus(fake_scores)


def non_saturating_generator(fake_scores: Tensor) -> Tensor:
    """Non-saturating generator loss, -log D(G(z)) (arXiv 1406.2661, section 3).

    Args:
        fake_scores: of generated images, (batch, 1).
    """
    return ops.softplus(-fake_scores)


def relativistic_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Binary cross-entropy on how much more real a photo looks than the fake that it is paired with.

    Source: Jolicoeur-Martineau, arXiv 1807.00734, as used by R3GAN (Huang et al., arXiv 2501.05441, eq. 2).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return ops.softplus(fake_scores - real_scores)


def relativistic_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """The same, the other way round: the fake is to look more real than the photo (arXiv 2501.05441, eq. 2).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return ops.softplus(real_scores - fake_scores)


def hinge_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Hinge loss with margins at 1 and -1 (Lim & Ye, arXiv 1705.02894; Miyato et al., arXiv 1802.05957).

    Args:
        real_scores: of real images, (batch, 1).
        fake_scores: of generated images, (batch, 1).
    """
    return ops.relu(1 - real_scores) + ops.relu(1 + fake_scores)


def label_loss(label_logits: Tensor, labels: Tensor) -> Tensor:
    """AC-GAN's label term, which both networks minimize: cross-entropy (Odena et al., arXiv 1610.09585).

    Args:
        label_logits: of real or generated images, (batch, classes).
        labels: one-hot, (batch, classes).
    """
    log_probabilities = ops.log_softmax(ops.cast(label_logits, "float32"), axis=-1)
    return -ops.sum(labels * log_probabilities, axis=-1, keepdims=True)


def gradient_penalty(gradients: Tensor) -> Tensor:
    """WGAN-GP's penalty: (gradient norm - 1)² at points between reals and fakes (Gulrajani et al., arXiv 1704.00028).

    At reals with `noise_around_reals` it is DRAGAN's.

    Args:
        gradients: of the scores' sum with respect to the images, (batch, height, width, channels).
    """
    # The epsilon inside the root keeps its derivative finite where the gradient vanishes.
    norm = ops.sqrt(_sum_of_squares(gradients) + 1e-12)
    return ops.square(norm - 1)


def r1_penalty(gradients: Tensor) -> Tensor:
    """R1: half the squared gradient norm at real images (Mescheder et al., arXiv 1801.04406, eq. 9); at fakes, R2.

    Args:
        gradients: of the scores' sum with respect to the images, (batch, height, width, channels).
    """
    return 0.5 * _sum_of_squares(gradients)


def noise_around_reals(reals: Tensor, uniform: Tensor) -> Tensor:
    """DRAGAN's noise, as wide as half the batch's standard deviation (Kodali et al., arXiv 1705.07215).

    The points whose gradient is penalized are reals + a random part of it. The paper writes Gaussian noise; this is
    the authors' code.

    Args:
        reals: the whole batch, (batch, height, width, channels).
        uniform: random numbers from 0 to 1, (batch, height, width, channels).
    """
    return uniform * 0.5 * ops.std(reals)


def _sum_of_squares(gradients: Tensor) -> Tensor:
    return ops.sum(ops.square(ops.cast(gradients, "float32")), axis=(1, 2, 3))[:, None]


@dataclass(frozen=True)
class Loss:
    """One way to train the two networks.

    Attributes:
        discriminator: (real scores, fake scores) -> loss per image.
        generator: fake scores -> loss per image; if `relativistic`, (real scores, fake scores) -> loss per image.
        penalty: gradients -> penalty per image, or None.
        penalty_at: the images whose gradient is penalized: "mixed" (random points between reals and fakes), "real",
            "around-real" (reals with `noise_around_reals`) or "both" (reals, and fakes as well).
        penalty_weight: the paper's.
        drift_weight: of the real scores' mean square.
        weight_clip: largest magnitude of the discriminator's weights after each update, or None.
        relativistic: only differences of real and fake scores have a meaning.
        undecided: the score of an image that the discriminator takes for real and fake alike; Wasserstein scores have
            none.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[..., Tensor]
    penalty: Callable[[Tensor], Tensor] | None = None
    penalty_at: Literal["mixed", "real", "around-real", "both"] = "mixed"
    penalty_weight: float = 0.0
    drift_weight: float = 0.0
    weight_clip: float | None = None
    relativistic: bool = False
    undecided: float = 0.0


LOSSES = {
    "wgan-gp": Loss(
        wasserstein_discriminator,
        wasserstein_generator,
        penalty=gradient_penalty,
        penalty_weight=10.0,
        drift_weight=0.001,
    ),
    "wgan": Loss(wasserstein_discriminator, wasserstein_generator, weight_clip=0.01),
    "lsgan": Loss(least_squares_discriminator, least_squares_generator, undecided=0.5),
    "non-saturating": Loss(
        logistic_discriminator,
        non_saturating_generator,
        penalty=r1_penalty,
        penalty_at="real",
        penalty_weight=10.0,
    ),
    "relativistic": Loss(
        relativistic_discriminator,
        relativistic_generator,
        penalty=r1_penalty,
        penalty_at="both",
        penalty_weight=10.0,
        relativistic=True,
    ),
    "hinge": Loss(hinge_discriminator, wasserstein_generator),
    "dragan": Loss(
        logistic_discriminator,
        non_saturating_generator,
        penalty=gradient_penalty,
        penalty_at="around-real",
        penalty_weight=10.0,
    ),
}
