"""What a configuration is judged by, on photos that training never saw."""

import numpy as np

from benchmarks.face_network import Seen
from pgkeras.data import Dataset
from pgkeras.evaluation.features import METRICS, features_of
from pgkeras.evaluation.image_sources import ImageSource, Stored
from pgkeras.metrics import sliced_wasserstein

MOST_IMAGES = 2048


class Judge:
    """Measures images against the held-out photos, as many of each candidate as there are training photos, or 2,048.

    Args:
        training: the photos that were trained on.
        held_out: those that were not.
        side: of the candidates' images, in pixels.
    """

    def __init__(self, training: Dataset, held_out: Dataset, side: int) -> None:
        self._photos = Stored(training, side)
        real = Stored(held_out, side)
        batches = list(real.batches(min(MOST_IMAGES, real.available)))
        self._real = np.concatenate(batches)
        self._features = features_of(self._real)
        self._seen = Seen(batches)

    def judge_photos(self) -> dict[str, float]:
        """The floor: what the training photos' own values are."""
        return self.judge(self._photos)

    def judge(self, source: ImageSource) -> dict[str, float]:
        """All values of one candidate.

        Args:
            source: its images.

        Returns:
            The values by name: EfficientNet-Lite0's metrics, MTCNN's, and sliced Wasserstein distances.
        """
        batches = list(source.batches(min(MOST_IMAGES, self._photos.available)))
        fake = np.concatenate(batches)
        features, seen = features_of(fake), Seen(batches)
        values = {name: metric(self._features, features) for name, metric in METRICS.items()}
        values |= {"mtcnn_frechet_distance": self._seen.frechet(seen), "sure_faces": seen.faces}
        number = min(len(self._real), len(fake))
        distances = sliced_wasserstein(self._real[:number], fake[:number])
        return values | {f"swd_{resolution}": distance for resolution, distance in distances.items()}
