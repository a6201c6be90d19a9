"""What MTCNN's last network sees in images: it learnt faces from hundreds of thousands of photos, none of them ours."""

from collections.abc import Iterable
from functools import cache

import cv2
import keras
import numpy as np

from pgkeras.metrics import frechet_distance
from preprocessing.networks import PATCH_SIDES

SURE = 0.95


class Seen:
    """What the network sees in a set of images.

    Args:
        batches: uint8 (batch, side, side, 3), of faces that fill the image.
    """

    def __init__(self, batches: Iterable[np.ndarray]) -> None:
        features, probabilities = zip(*map(_look, batches), strict=True)
        self._features = np.concatenate(features)
        self._probabilities = np.concatenate(probabilities)

    @property
    def faces(self) -> float:
        """The share of images that the network takes for a face with a probability of at least 0.95."""
        return float(np.mean(self._probabilities >= SURE))

    def frechet(self, other: "Seen") -> float:
        """The Fréchet distance between two sets' features, the last hidden layer's 256, times 1,000.

        Args:
            other: to compare with.
        """
        return 1000 * frechet_distance(self._features, other._features)

    def cosine(self, other: "Seen") -> float:
        """The mean cosine distance between the features of each image and its partner in another set.

        Args:
            other: of as many images.
        """
        one, two = (each._features / np.linalg.norm(each._features, axis=1)[:, None] for each in (self, other))
        return float(1 - (one * two).sum(axis=1).mean())


def _look(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    side = PATCH_SIDES["onet"]
    enlarged = np.stack([cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR) for image in images])
    features = (enlarged.astype(np.float32) - 127.5) / 128
    *hidden, _, _, classifier = _network().layers
    for layer in hidden:
        features = layer(features)
    return keras.ops.convert_to_numpy(features), keras.ops.convert_to_numpy(classifier(features))[:, 1]


@cache
def _network() -> keras.Model:
    from mtcnn import MTCNN

    return MTCNN().get_stage(stage_id=3).model
