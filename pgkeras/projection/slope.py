"""The gradient of the distance to wanted images with respect to what a model draws them from."""

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.backends import backend
from pgkeras.projection.distance import Distance


class Slope:
    """Distances and their gradients, a fixed number of points at a time, compiled where the backend can.

    Args:
        model: points, or points and labels -> images.
        distance: of its images.
        labels: one-hot, float32 (label_size,), of all images; None if the model takes none.
        rows: points at a time.
    """

    def __init__(self, model: keras.Model, distance: Distance, labels: np.ndarray | None, rows: int) -> None:
        self._points = keras.Variable(np.ones((rows, *model.inputs[0].shape[1:]), np.float32), name="points")
        self._labels = None if labels is None else np.tile(labels, (rows, 1))
        self._rows = rows

        def step(wanted: Tensor, labels: Tensor | None) -> Tensor:
            wanted = ops.cast(wanted, "float32") / 127.5 - 1

            def loss() -> tuple[Tensor, Tensor]:
                points = ops.convert_to_tensor(self._points)
                drawn = model(points if labels is None else [points, labels], training=False)
                distances = distance.between(ops.cast(drawn, "float32"), wanted)
                return ops.sum(distances), distances

            (gradients,), distances = backend.gradients(loss, [self._points])
            return ops.concatenate([distances[:, None], ops.reshape(gradients, (rows, -1))], axis=1)

        variables = [self._points, *model.variables, *distance.variables]
        self._step = backend.Devices().compiled(step, variables)

    def __call__(self, points: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Looks at points.

        Args:
            points: float32 (images, ...), as the model takes them.
            wanted: uint8 (images, side, side, channels).

        Returns:
            The distances, float32 (images,), and their gradients, float32 (images, ...).
        """
        values = np.empty((len(points), 1 + points[0].size), np.float32)
        for start in range(0, len(points), self._rows):
            rows = np.arange(start, start + self._rows).clip(max=len(points) - 1)  # the last is repeated
            self._points.assign(points[rows])
            part = self._step([(wanted[rows], self._labels)])
            values[start : start + self._rows] = part[: len(points) - start]
        return values[:, 0], values[:, 1:].reshape(points.shape)
