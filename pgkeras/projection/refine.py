"""Nearer than any latent: Adam on the first features."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from pgkeras.images import to_uint8
from pgkeras.projection.features import nearest_to_the_eye
from pgkeras.projection.slope import Slope
from pgkeras.truncation import first_features

STEPS = 100
RATE = 0.05
EPSILON = 1e-12  # slopes are small: they are of means over pixels


def refine(
    generator: keras.Model,
    latents: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    on_steps: Callable[[int], object] = lambda count: None,
) -> np.ndarray:
    """Goes on from latents with the features that the first convolution reads, those that truncation moves.

    Latents give few of these features; free of them, the rest of the network shows how near it could come.

    Args:
        generator: latents, or latents and labels -> images.
        latents: float32 (images, latent_size), where to begin.
        images: uint8 (images, side, side, channels), to come near to.
        labels: one-hot, float32 (label_size,), of all images; None if the generator takes none.
        on_steps: called with the number of steps that were just made, `STEPS` for each image.

    Returns:
        uint8 (images, side, side, channels).

    Raises:
        UserError: if the generator has no convolution.
    """
    features, drawn = first_features(generator)
    to_features, to_images = keras.Model(generator.input, features), keras.Model(features, drawn)
    slope = Slope(to_images, nearest_to_the_eye(*images.shape[2:]), None, rows=1)
    refined = []
    for latent, image in zip(latents[:, None], images[:, None], strict=True):
        inputs = latent if labels is None else [latent, labels[None]]
        point = keras.Variable(ops.cast(to_features(inputs, training=False), "float32"))
        adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS), epsilon=EPSILON)
        for _ in range(STEPS):
            _, gradients = slope(ops.convert_to_numpy(point), image)
            adam.apply([ops.convert_to_tensor(gradients)], [point])
            on_steps(1)
        refined.append(ops.convert_to_numpy(ops.cast(to_images(point, training=False), "float32"))[0])
    return to_uint8(np.stack(refined))
