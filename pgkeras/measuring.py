"""The metrics by name, of a generator's images against real ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import keras
import numpy as np

from pgkeras.data import Dataset
from pgkeras.images import resize, to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.metrics import ms_ssim, sliced_wasserstein
from pgkeras.sampling import label_size, sample_batches

SMALLEST_SIDE = 16
READ_AT_A_TIME = 64


@dataclass(frozen=True)
class _Images:
    """What metrics compare: uint8 (images, side, side, channels), as many real ones as generated."""

    real: np.ndarray
    fake: np.ndarray


def _sliced_wasserstein(images: _Images) -> dict[str, float]:
    distances = sliced_wasserstein(images.real, images.fake)
    return {f"swd_{resolution}": distance for resolution, distance in distances.items()}


def _ms_ssim(images: _Images) -> dict[str, float]:
    """Of neighbours: images are in random order."""
    pairs = len(images.fake) // 2
    return {
        "ms_ssim_generated": ms_ssim(images.fake[:pairs], images.fake[pairs : 2 * pairs]),
        "ms_ssim_real": ms_ssim(images.real[:pairs], images.real[pairs : 2 * pairs]),
    }


METRICS: dict[str, Callable[[_Images], dict[str, float]]] = {"swd": _sliced_wasserstein, "ms_ssim": _ms_ssim}


def is_measurable(side: int) -> bool:
    """Whether the metrics are defined for images of this side: a power of two from 16 on.

    Args:
        side: in pixels.
    """
    return side >= SMALLEST_SIDE and side & (side - 1) == 0


def measure(
    generator: keras.Model,
    dataset: Dataset,
    names: Iterable[str],
    number: int,
    *,
    on_images: Callable[[int], object] = lambda count: None,
) -> dict[str, float]:
    """Measures a generator's images against as many real ones, chosen at random, always the same.

    Args:
        generator: latents, or latents and labels -> images; it draws the latents of seeds 0, 1, 2 ..., and all classes
            in turn.
        dataset: real images, at least as large.
        names: keys of METRICS.
        number: images of each kind; at most as many as the data set has.
        on_images: called with the number of images that have just been generated.

    Returns:
        The values by name, such as "swd_64".
    """
    images = _Images(
        real=_real(dataset, number, generator.output_shape[1]),
        fake=_fake(generator, number, on_images),
    )
    return {name: value for metric in names for name, value in METRICS[metric](images).items()}


def _real(dataset: Dataset, number: int, side: int) -> np.ndarray:
    chosen = np.random.default_rng(0).permutation(len(dataset.images))[:number]
    parts = np.array_split(chosen, -(-number // READ_AT_A_TIME))
    return np.concatenate([[resize(image, side) for image in dataset.images[part]] for part in parts])


def _fake(generator: keras.Model, number: int, on_images: Callable[[int], object]) -> np.ndarray:
    latents = latents_from_seeds(range(number), generator.inputs[0].shape[-1])
    classes = label_size(generator)
    labels = one_hot(np.arange(number) % classes, classes) if classes else None
    batches = []
    for batch in sample_batches(generator, latents, labels):
        batches.append(to_uint8(batch))
        on_images(len(batch))
    return np.concatenate(batches)
