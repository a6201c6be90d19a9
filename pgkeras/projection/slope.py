"""The gradient of the distance to wanted images with respect to latents."""

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.backends import backend
from pgkeras.projection.distance import Distance


class Slope:
    """Distances and their gradients, a fixed number of latents at a time, compiled where the backend can.

    Args:
        generator: latents, or latents and labels -> images.
        distance: of its images.
        labels: one-hot, float32 (label_size,), of all images; None if the generator takes none.
        rows: latents at a time.
    """

    def __init__(self, generator: keras.Model, distance: Distance, labels: np.ndarray | None, rows: int) -> None:
        self._latents = keras.Variable(np.ones((rows, generator.inputs[0].shape[-1]), np.float32), name="latents")
        self._labels = None if labels is None else np.tile(labels, (rows, 1))
        self._rows = rows

        def step(wanted: Tensor, labels: Tensor | None) -> Tensor:
            wanted = ops.cast(wanted, "float32") / 127.5 - 1

            def loss() -> tuple[Tensor, Tensor]:
                latents = ops.convert_to_tensor(self._latents)
                latents = latents * ops.rsqrt(ops.mean(ops.square(latents), axis=1, keepdims=True))
                drawn = generator(latents if labels is None else [latents, labels], training=False)
                distances = distance.between(ops.cast(drawn, "float32"), wanted)
                return ops.sum(distances), distances

            (gradients,), distances = backend.gradients(loss, [self._latents])
            return ops.concatenate([distances[:, None], gradients], axis=1)

        variables = [self._latents, *generator.variables, *distance.variables]
        self._step = backend.Devices().compiled(step, variables)

    def __call__(self, latents: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Looks at latents, whatever their lengths, as if their mean square were 1.

        Args:
            latents: float32 (images, latent_size).
            wanted: uint8 (images, side, side, channels).

        Returns:
            The distances, float32 (images,), and their gradients, float32 (images, latent_size).
        """
        values = np.empty((len(latents), 1 + latents.shape[1]), np.float32)
        for start in range(0, len(latents), self._rows):
            rows = np.arange(start, start + self._rows).clip(max=len(latents) - 1)  # the last is repeated
            self._latents.assign(latents[rows])
            part = self._step([(wanted[rows], self._labels)])
            values[start : start + self._rows] = part[: len(latents) - start]
        return values[:, 0], values[:, 1:]
