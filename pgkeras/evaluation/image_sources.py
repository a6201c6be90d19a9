"""Images to compare: those that a model makes and those that are stored, any number of them without filling memory."""

import tempfile
from collections.abc import Callable, Iterator
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
    """What a generator makes of the latents of seeds 0, 1, 2 ..., and of all classes in turn.

    Attributes:
        generator: latents, or latents and labels -> images.
    """

    available = None

    def __init__(self, generator: keras.Model) -> None:
        self.generator = generator
        self.side, self.channels = generator.output_shape[2:]

    def batches(self, number: int) -> Iterator[np.ndarray]:
        latents, labels = inputs_of(number, self.generator.inputs[0].shape[-1], label_size(self.generator))
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


def inputs_of(number: int, latent_size: int, classes: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The latents of seeds 0, 1, 2 ..., and the labels of all classes in turn.

    Args:
        number: of images.
        latent_size: components of a latent.
        classes: of a conditional generator; 0 if it takes no labels.

    Returns:
        float32 (number, latent_size), and float32 (number, classes) or None.
    """
    labels = one_hot(np.arange(number) % classes, classes) if classes else None
    return latents_from_seeds(range(number), latent_size), labels


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
