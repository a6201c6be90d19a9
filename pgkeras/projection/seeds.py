"""Where searches begin: the images of many seeds."""

import keras
import numpy as np

from pgkeras.images import shrink, to_uint8
from pgkeras.latents import LAST_SEED, latents_from_seeds
from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid
from pgkeras.projection.slope import Slope
from pgkeras.projection.sphere import normalized, tangential
from pgkeras.sampling import sample_latents

SEEDS = 256
COMPARED_SIDE, LEVELS = 32, 4


class Seeds:
    """256 seeds and their images.

    Args:
        generator: latents, or latents and labels -> images.
        labels: one-hot, float32 (label_size,), of all images; None if the generator takes none.
        first: of the seeds; after the largest comes 0.
    """

    def __init__(self, generator: keras.Model, labels: np.ndarray | None, first: int) -> None:
        seeds = [(first + each) % (LAST_SEED + 1) for each in range(SEEDS)]
        self.latents = latents_from_seeds(seeds, generator.inputs[0].shape[-1])
        self._images = to_uint8(
            sample_latents(generator, self.latents, None if labels is None else np.tile(labels, (SEEDS, 1)))
        )
        self._small = self._shrunk(self._images)

    def nearest(self, images: np.ndarray, number: int) -> np.ndarray:
        """The latents whose images are most like others, at 32x32 pixels or fewer.

        Args:
            images: uint8 (images, side, side, channels).
            number: of latents for each image.

        Returns:
            float32 (images, number, latent_size), the nearest first.
        """
        found = []
        for image in self._shrunk(images):
            levels = laplacian_pyramid(self._small - image, LEVELS if len(image) == COMPARED_SIDE else 1)
            distances = sum(np.abs(level).mean(axis=(1, 2, 3)) for level in levels)
            found.append(self.latents[np.argsort(distances, kind="stable")[:number]])
        return np.stack(found)

    def axes(self, slope: Slope) -> np.ndarray:
        """The directions in which the distance changes, those of the largest changes first.

        They are the principal axes of its gradients at the seeds, each with the next one's image in view.

        Args:
            slope: of the distance.

        Returns:
            float32 (latent_size, latent_size), orthonormal rows.
        """
        latents = normalized(self.latents)
        _, gradients = slope(latents, np.roll(self._images, 1, axis=0))
        gradients = tangential(gradients, latents)
        _, vectors = np.linalg.eigh(gradients.T.astype(np.float64) @ gradients)
        return vectors.T[::-1].astype(np.float32)

    @staticmethod
    def _shrunk(images: np.ndarray) -> np.ndarray:
        return shrink(images, min(images.shape[1], COMPARED_SIDE))
