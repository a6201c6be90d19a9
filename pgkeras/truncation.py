"""Truncation: less variety for images nearer to what the generator does best."""

from collections.abc import Callable

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.errors import UserError
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import label_size

# Of each mean. StyleGAN's authors take 10,000; with 1024 the mean's error is 1/32 of the spread, with 64 it is 1/8.
LATENTS_OF_MEAN = 1024
FEWEST_LATENTS_OF_MEAN = 64
LATENTS_OF_ALL_MEANS = 2**16


def truncate(generator: keras.Model, psi: float) -> keras.Model:
    """A generator whose images lie nearer to its average one: StyleGAN's truncation trick without StyleGAN's w.

    Progressive GANs normalize their latents, so that neither smaller ones nor BigGAN's truncated normal ones (Brock et
    al., arXiv 1809.11096, section 3.1) change much. As StyleGAN does with w (Karras et al., arXiv 1812.04948, appendix
    B), what the latent becomes first is pulled towards its mean over many latents, mean + psi * (x - mean): here the
    4x4 features that the first convolution reads. A conditional generator has a mean for each class; several classes at
    once have the weighted mean of theirs. Means are over 1024 latents, of more than 64 classes over fewer, down to 64.

    Args:
        generator: latents, or latents and labels -> images.
        psi: from 0, always the average image, to 1, which gives back `generator` itself.

    Returns:
        A model with the same inputs and outputs.

    Raises:
        UserError: if the generator has no convolution.
    """
    if psi == 1:
        return generator
    return keras.Model(
        generator.input, truncated_images(generator, average_features(generator), psi), name=generator.name
    )


def average_features(generator: keras.Model) -> np.ndarray:
    """What `truncate` pulls features towards.

    Args:
        generator: latents, or latents and labels -> images.

    Returns:
        float32 (1, height, width, channels), or (classes, height, width, channels).

    Raises:
        UserError: if the generator has no convolution.
    """
    read, _ = first_features(generator)
    return _means(keras.Model(generator.input, read), label_size(generator))


def truncated_images(generator: keras.Model, averages: np.ndarray, psi: float | Tensor) -> Tensor:
    """The images of a generator's inputs, truncated.

    Args:
        generator: latents, or latents and labels -> images.
        averages: its `average_features`.
        psi: from 0, always the average image, to 1; a number, or an input (batch, 1).

    Raises:
        UserError: if the generator has no convolution.
    """
    labels = generator.inputs[1:]
    truncation = _Truncation(averages, name="truncation")
    if isinstance(psi, Tensor):
        generator = keras.Model([*generator.inputs, psi], generator.output)
    _, images = _insert(generator, lambda features: truncation(features, *labels, psi=psi))
    return images


def latents_of_mean(classes: int) -> int:
    """Over how many latents, those of the first seeds, a mean is.

    Args:
        classes: of the generator; 0 if it has none.
    """
    return min(LATENTS_OF_MEAN, max(FEWEST_LATENTS_OF_MEAN, LATENTS_OF_ALL_MEANS // max(classes, 1)))


def can_truncate(generator: keras.Model) -> bool:
    """Whether a generator has a convolution, without which there is nothing to truncate.

    Args:
        generator: latents, or latents and labels -> images.
    """
    return any(_reads_features(layer) for layer in generator.layers)


def first_features(generator: keras.Model) -> tuple[Tensor, Tensor]:
    """What the first layer with a kernel over pixels reads, and the images that become of it.

    Args:
        generator: latents, or latents and labels -> images.

    Returns:
        Symbolic tensors, of which models can be made.

    Raises:
        UserError: if the generator has no convolution.
    """
    return _insert(generator, lambda features: features)


class _Truncation(keras.layers.Layer):
    """Pulls features towards their averages; a layer, for names of single operators could be those of the generator's.

    Args:
        averages: float32 (1, height, width, channels), or (classes, height, width, channels).
    """

    def __init__(self, averages: np.ndarray, **kwargs) -> None:
        super().__init__(**kwargs)
        self.averages = averages

    def call(self, features: Tensor, labels: Tensor | None = None, *, psi: float | Tensor) -> Tensor:
        averages = ops.convert_to_tensor(self.averages)
        mean = averages if labels is None else _mean_of_labels(labels, averages)
        if not isinstance(psi, float | int):
            psi = ops.reshape(psi, (-1, 1, 1, 1))
        truncated = psi * ops.cast(features, "float32") + (1 - psi) * mean
        return ops.cast(truncated, features.dtype)


def _insert(generator: keras.Model, change: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """What the first layer with a kernel over pixels reads, and the images if it reads something else.

    Layers may be shared with other models, so that only calling them anew tells what they read in this one.
    """
    read = []

    def call(layer: keras.Layer, *inputs: Tensor, **options: object) -> Tensor:
        if not read and _reads_features(layer):
            read.append(inputs[0])
            inputs = (change(inputs[0]), *inputs[1:])
        return layer(*inputs, **options)

    anew = keras.models.clone_model(
        generator, input_tensors=generator.input, clone_function=lambda layer: layer, call_function=call
    )
    if not read:
        raise UserError(f"`truncation`: {generator.name} has no convolution, so there is nothing to truncate; drop it")
    return read[0], anew.output


def _reads_features(layer: keras.Layer) -> bool:
    return any(len(weight.shape) == 4 for weight in layer.weights) and len(layer.input.shape) == 4


def _means(features: keras.Model, classes: int) -> np.ndarray:
    """Mean features of each class, or of all latents: float32 (classes or 1, height, width, channels)."""
    number = latents_of_mean(classes)
    latents = latents_from_seeds(range(number), features.inputs[0].shape[-1])
    if not classes:
        return _mean(features, latents)[None]
    return np.stack([_mean(features, [latents, one_hot(np.full(number, each), classes)]) for each in range(classes)])


def _mean(features: keras.Model, inputs: np.ndarray | list[np.ndarray]) -> np.ndarray:
    return ops.convert_to_numpy(ops.mean(ops.cast(features(inputs, training=False), "float32"), axis=0))


def _mean_of_labels(labels: Tensor, means: np.ndarray) -> Tensor:
    weights = labels / ops.sum(labels, axis=1, keepdims=True)
    if labels.shape[0] == 1:  # an exported model: 8 bits, in which it has its matrices, are too few for means
        return ops.sum(ops.reshape(weights, (-1, 1, 1, 1)) * means, axis=0, keepdims=True)
    return ops.tensordot(weights, means, axes=1)
