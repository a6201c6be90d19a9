"""Any number of candidates measured against the same real images."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np

from pgkeras.data import Dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.image_sources import ImageSource, Stored, gathered
from pgkeras.evaluation.measures import Known, least_images, measure
from pgkeras.evaluation.names import is_measurable


class Comparison:
    """Measures images against real ones, of which it keeps each size while its block runs.

    Args:
        dataset: of real images.
        name: of the data set, for errors.
        metrics: which ones, of names.NAMES.
        most: of images to compare.
    """

    def __init__(self, dataset: Dataset, name: Path, metrics: Sequence[str], most: int) -> None:
        self.metrics = metrics
        self._dataset = dataset
        self._name = name
        self._most = most
        self._files = ExitStack()
        self._real: dict[tuple[int, int], np.ndarray] = {}
        self._known = Known()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._files.close()

    def number(self, source: ImageSource) -> int:
        """How many images of each kind are compared.

        Args:
            source: to be measured.

        Raises:
            UserError: if the source and the real images cannot be compared.
        """
        number, side, _, channels = self._dataset.images.shape
        if not is_measurable(source.side):
            raise UserError(f"images of {source.side}x{source.side}: the metrics need a power of two from 16 on")
        if side < source.side or channels != source.channels:
            raise UserError(
                f"{self._name}: has images of {side}x{side} with {channels} channels, those to be measured have "
                f"{source.side}x{source.side} with {source.channels}; give data like the training's"
            )
        available = min(self._most, source.available or self._most)
        least = least_images(self.metrics)
        for kind, images in ((self._name, number), ("what is to be measured", available)):
            if images < least:
                raise UserError(f"{kind}: too few images, {images}; the metrics need {least} or more of each kind")
        return min(number, available)

    def measure(
        self, source: ImageSource, on_images: Callable[[int], object], metrics: Sequence[str] | None = None
    ) -> dict[str, float]:
        """Measures one source.

        Args:
            source: of the images.
            on_images: called with the number of images that have just been made.
            metrics: which ones; by default all.

        Returns:
            The values by name, in the order of the metrics.
        """
        number = self.number(source)
        with gathered(source, number, on_images) as fake:
            real = self._real_images(source.side, number)
            return measure(self.metrics if metrics is None else metrics, real, fake, self._known)

    def _real_images(self, side: int, number: int) -> np.ndarray:
        if (side, number) not in self._real:
            self._real[side, number] = self._files.enter_context(gathered(Stored(self._dataset, side), number))
        return self._real[side, number]
