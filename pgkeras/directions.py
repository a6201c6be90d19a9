"""Directions in latent space that change an image the most (SeFa: Shen & Zhou, arXiv 2007.06600)."""

import keras
import numpy as np
from keras import ops

from pgkeras.layers import EqualizedDense


def semantic_directions(generator: keras.Model, number: int) -> np.ndarray:
    """SeFa's directions of a generator: of its first layer, which sees the latent.

    Args:
        generator: latents, or latents and labels -> images; its first weights are a dense layer's.
        number: how many at most; there are latent_size.

    Returns:
        float32 (at most number, latent_size), as `factorize` orders them.

    Raises:
        ValueError: if the first layer with weights is not dense, or does not see the latent and the labels alone.
    """
    latent_size = generator.inputs[0].shape[-1]
    inputs = sum(given.shape[-1] for given in generator.inputs)
    first = next((layer for layer in generator.layers if layer.weights), None)
    if not isinstance(first, EqualizedDense | keras.layers.Dense) or first.kernel.shape[0] != inputs:
        name = "none" if first is None else f"{type(first).__name__} {first.name!r}"
        raise ValueError(f"the first layer with weights must be dense, with {inputs} inputs; received {name}")
    weights = ops.convert_to_numpy(ops.cast(first.kernel, "float32")).reshape(inputs, -1)
    return factorize(weights[:latent_size], number)


def factorize(weights: np.ndarray, number: int) -> np.ndarray:
    """The unit directions n for which the change of the output, |n W|, is largest (equation 4).

    They are the eigenvectors of W Wᵀ, those of the largest eigenvalues first. An eigenvector's sign means nothing; here
    its largest component is positive, so that it is the same on every machine.

    Args:
        weights: W, (inputs, outputs).
        number: how many at most.

    Returns:
        float32 (at most number, inputs), orthonormal.

    >>> factorize(np.array([[1.0, 0.0], [0.0, -3.0]]), 2)
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    weights = weights.astype(np.float64)
    _, vectors = np.linalg.eigh(weights @ weights.T)
    directions = vectors.T[::-1][:number]
    largest = np.abs(directions).argmax(axis=1)[:, None]
    return (directions * np.sign(np.take_along_axis(directions, largest, axis=1))).astype(np.float32)
