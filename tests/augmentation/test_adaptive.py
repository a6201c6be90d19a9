"""The probability of augmentation, fixed and adapted."""

import numpy as np
import pytest
from keras.random import SeedGenerator

from pgkeras.augmentation import Augmentation, adapt_probability, augment
from tests.augmentation.arrays import numpy, random_images, tensor

NAMES = ("rotation", "colour", "cutout")


@pytest.mark.parametrize(("mean_sign", "expected"), [(1, 0.54), (0.7, 0.54), (0.5, 0.46), (-1, 0.46)])
def test_the_probability_follows_the_mean_sign(mean_sign, expected):
    """4 images of 100: a step of 0.04."""
    new = adapt_probability(0.5, mean_sign, images=4, target=0.6, images_to_full=100)
    assert float(new) == pytest.approx(expected)


def test_the_probability_stays_one():
    assert float(adapt_probability(0.99, 1.0, images=8, target=0.6, images_to_full=100)) == 1
    assert float(adapt_probability(0.01, -1.0, images=8, target=0.6, images_to_full=100)) == 0


def test_an_augmentation_adapts_its_probability_to_a_target():
    """It rises from 0 to 1 in images_to_full images."""
    augmentation = Augmentation(NAMES, probability=0.0, target=0.6, images_to_full=64)
    seen = []
    for _ in range(5):
        augmentation.adapt(1.0, images=16)
        seen.append(float(augmentation.probability.value))
    assert seen == [0.25, 0.5, 0.75, 1, 1]


def test_an_augmentation_without_a_target_keeps_its_probability():
    augmentation = Augmentation(["colour"], probability=0.3)
    augmentation.adapt(1.0, images=16)
    assert float(augmentation.probability.value) == pytest.approx(0.3)


def test_an_augmentation_applies_its_names_with_its_probability():
    images = random_images(8, 8)
    output = Augmentation(NAMES, probability=0.8)(tensor(images), SeedGenerator(3))
    np.testing.assert_array_equal(numpy(output), numpy(augment(tensor(images), NAMES, 0.8, SeedGenerator(3))))
