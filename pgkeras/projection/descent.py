"""Adam on latents."""

from collections.abc import Callable

import numpy as np

from pgkeras.projection.slope import Slope
from pgkeras.projection.sphere import normalized, tangential

RATE = 0.2
WARM_UP = 10  # steps
FIRST_DECAY, SECOND_DECAY = 0.9, 0.9
EPSILON = 1e-12  # slopes are small: they are of means over pixels


def descend(
    slope: Slope,
    latents: np.ndarray,
    wanted: np.ndarray,
    axes: np.ndarray,
    steps: int,
    on_steps: Callable[[int], object],
) -> tuple[list[np.ndarray], np.ndarray]:
    """Adam (arXiv 1412.6980) on each of many latents, along axes of one's choice, with a rate that falls to 0.

    After each step latents have a mean square of 1 again.

    Args:
        slope: of the distance that should become small.
        latents: float32 (images, latent_size), where to begin.
        wanted: uint8 (images, side, side, channels).
        axes: float32 (latent_size, latent_size), orthonormal rows.
        steps: to make.
        on_steps: called after each with the number of latents.

    Returns:
        The latents after each step, float32 (images, latent_size), and the distances before the last one, float32
        (images,).
    """
    latents = normalized(latents)
    course = []
    first = second = np.zeros_like(latents)
    for step in range(steps):
        distances, gradients = slope(latents, wanted)
        along = tangential(gradients, latents) @ axes.T
        first = FIRST_DECAY * first + (1 - FIRST_DECAY) * along
        second = SECOND_DECAY * second + (1 - SECOND_DECAY) * np.square(along)
        mean, square = first / (1 - FIRST_DECAY ** (step + 1)), second / (1 - SECOND_DECAY ** (step + 1))
        rate = RATE * min(1, (step + 1) / WARM_UP) * (1 + np.cos(np.pi * step / steps)) / 2
        latents = normalized(latents - np.float32(rate) * (mean / (np.sqrt(square) + EPSILON)) @ axes)
        course.append(latents)
        on_steps(len(latents))
    return course, distances
