"""What the rest of a network can draw that no latent gives."""

import numpy as np
import pytest

from pgkeras.images import root_mean_square, to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.projection.refine import STEPS, refine
from pgkeras.sampling import sample_latents
from pgkeras.truncation import truncate
from tests.projection.conftest import SIZE, made


@pytest.mark.parametrize("classes", [0, 3])
def test_images_of_truncated_features_are_reached(classes):
    """Those of half the distance from the mean features, which hardly a latent has."""
    generator = made(**({"label_size": classes} if classes else {}))
    latents = latents_from_seeds(range(2), SIZE)
    label = one_hot(np.array([1]), classes)[0] if classes else None
    labels = None if label is None else np.tile(label, (2, 1))
    images = to_uint8(sample_latents(truncate(generator, 0.5), latents, labels))
    before = to_uint8(sample_latents(generator, latents, labels))
    steps = []
    refined = refine(generator, latents, images, label, steps.append)
    assert sum(steps) == 2 * STEPS
    assert (refined.shape, refined.dtype) == (images.shape, np.uint8)
    for each, start, image in zip(refined, before, images, strict=True):
        assert root_mean_square(each, image) < root_mean_square(start, image) / 3
