"""Images to compare: those that a model makes and those that are stored, any number of them without filling memory."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import keras
import numpy as np

from pgkeras.data import Dataset, naming_all_unreadable
from pgkeras.errors import UserError
from pgkeras.images import resize, to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import label_size, sample_batches

READ_AT_A_TIME = 64


class ImageSource(Protocol):
    """Where images come from.

    Attributes:
        side: of the images, in pixels.
        channels: 3 for RGB, 1 for grey.
        available: how many there are; None if as many as one likes.
    """

    side: int
    channels: int
    available: int | None

    def batches(self, number: int) -> Iterator[np.ndarray]:
        """The same images whenever it is called.

        Args:
            number: of images, at most those available.

        Yields:
            uint8 (batch, side, side, channels).
        """


class Generated:
    """What a generator makes of the latents of seeds 0, 1, 2 ...

    Attributes:
        generator: latents, or latents and labels -> images.
        label_counts: of a conditional one, the training images of each class: images of a class are as frequent as they
            were in training; () for all classes equally often.
    """

    available = None

    def __init__(self, generator: keras.Model, label_counts: Sequence[int] = ()) -> None:
        self.generator = generator
        self.label_counts = label_counts
        self.side, self.channels = generator.output_shape[2:]

    def batches(self, number: int) -> Iterator[np.ndarray]:
        counts = self.label_counts or [1] * label_size(self.generator)
        latents, labels = inputs_of(number, self.generator.inputs[0].shape[-1], counts)
        return map(to_uint8, sample_batches(self.generator, latents, labels))


class Stored:
    """Images of a data set, chosen at random, always the same ones.

    Args:
        dataset: of images that are as large or larger.
        side: to shrink them to, in pixels.
    """

    def __init__(self, dataset: Dataset, side: int) -> None:
        self._images = dataset.images
        self.side, self.channels = side, dataset.images.shape[3]
        self.available = len(dataset.images)

    def batches(self, number: int) -> Iterator[np.ndarray]:
        chosen = np.random.default_rng(0).permutation(self.available)[:number]
        for start in range(0, number, READ_AT_A_TIME):
            yield resize(self._images[chosen[start : start + READ_AT_A_TIME]], self.side)


class Shrunk:
    """Another source's images, shrunk by averaging.

    Args:
        source: of images that are as large or larger.
        side: of the result, in pixels.
    """

    def __init__(self, source: ImageSource, side: int) -> None:
        self._source = source
        self.side, self.channels, self.available = side, source.channels, source.available

    def batches(self, number: int) -> Iterator[np.ndarray]:
        for batch in self._source.batches(number):
            yield resize(batch, self.side)


def inputs_of(number: int, latent_size: int, label_counts: Sequence[int]) -> tuple[np.ndarray, np.ndarray | None]:
    """The latents of seeds 0, 1, 2 ..., and labels.

    Args:
        number: of images.
        latent_size: components of a latent.
        label_counts: how often each class comes, in proportion to the others; () if the generator takes no labels.

    Returns:
        float32 (number, latent_size), and float32 (number, classes) or None.

    >>> inputs_of(8, 2, (3, 1))[1].sum(axis=0)
    array([6., 2.], dtype=float32)
    """
    labels = one_hot(_classes(number, np.array(label_counts)), len(label_counts)) if label_counts else None
    return latents_from_seeds(range(number), latent_size), labels


def _classes(number: int, counts: np.ndarray) -> np.ndarray:
    """Of each image: of the first ones, however many, as nearly in proportion as whole images can be."""
    # The k-th image of a class, from 0, stands at the middle of its k-th share of them all.
    most = -(-number * counts // counts.sum()) + 1
    classes = np.repeat(np.arange(len(counts)), most)
    places = np.concatenate([(np.arange(each) + 0.5) / count for each, count in zip(most, counts, strict=True)])
    return classes[np.argsort(places, kind="stable")][:number]


@contextmanager
def gathered(
    source: ImageSource, number: int, on_images: Callable[[int], object] = lambda count: None
) -> Iterator[np.ndarray]:
    """Images of a source in a temporary file, memory-mapped, which goes away after the block.

    Args:
        source: of the images.
        number: of images.
        on_images: called with the number of images that have just been read or made.

    Yields:
        uint8 (number, side, side, channels).

    Raises:
        UserError: if the disk has no room for them.
    """
    shape = (number, source.side, source.side, source.channels)
    with tempfile.TemporaryFile() as file:
        try:
            with naming_all_unreadable():
                for batch in source.batches(number):
                    file.write(batch.tobytes())
                    on_images(len(batch))
            file.flush()
        except OSError as error:
            raise UserError(
                f"{tempfile.gettempdir()}: no room for {number:,} images of {source.side}x{source.side} "
                f"({error.strerror}); set TMPDIR to another folder, or compare fewer images"
            ) from None
        yield np.memmap(file, np.uint8, "r", shape=shape)
