"""Truncation: less variety for images nearer to what the generator does best."""

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
    features = _first_features(generator)
    means = _means(keras.Model(generator.input, features), label_size(generator))
    mean = means[:1] if len(generator.inputs) == 1 else _mean_of_labels(generator.inputs[1], means)
    truncated = psi * ops.cast(features, "float32") + (1 - psi) * mean
    images = keras.Model(features, generator.output)(ops.cast(truncated, features.dtype))
    return keras.Model(generator.input, images, name=generator.name)


def _first_features(generator: keras.Model) -> Tensor:
    """What the first layer with a kernel over pixels reads."""
    for layer in generator.layers:
        if any(len(weight.shape) == 4 for weight in layer.weights) and len(layer.input.shape) == 4:
            return layer.input
    raise UserError(f"`truncation`: {generator.name} has no convolution, so there is nothing to truncate; drop it")


def _means(features: keras.Model, classes: int) -> np.ndarray:
    """Mean features of each class, or of all latents: float32 (classes or 1, height, width, channels)."""
    number = min(LATENTS_OF_MEAN, max(FEWEST_LATENTS_OF_MEAN, LATENTS_OF_ALL_MEANS // max(classes, 1)))
    latents = latents_from_seeds(range(number), features.inputs[0].shape[-1])
    if not classes:
        return _mean(features, latents)[None]
    return np.stack([_mean(features, [latents, one_hot(np.full(number, each), classes)]) for each in range(classes)])


def _mean(features: keras.Model, inputs: np.ndarray | list[np.ndarray]) -> np.ndarray:
    return ops.convert_to_numpy(ops.mean(ops.cast(features(inputs, training=False), "float32"), axis=0))


def _mean_of_labels(labels: Tensor, means: np.ndarray) -> Tensor:
    return ops.tensordot(labels / ops.sum(labels, axis=1, keepdims=True), means, axes=1)
