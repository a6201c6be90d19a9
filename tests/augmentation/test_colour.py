"""ADA's colours against the paper's matrices, made by NumPy and SciPy, and what they draw."""

import numpy as np
import pytest
from keras.random import SeedGenerator
from scipy.spatial.transform import Rotation
from scipy.stats import kstest

from pgkeras.augmentation.colour import COLOUR, change_colours, random_colours
from tests.augmentation.arrays import floats, numpy, random_images, tensor

AXIS = np.full(3, 1 / np.sqrt(3))
GREY = np.outer(AXIS, AXIS)
CORNERS = np.concatenate([np.zeros((1, 3)), np.eye(3)]).reshape(1, 2, 2, 3).astype(np.float32)
"""Black, red, green and blue, which tell the whole matrix."""


def draw(names, probability: float = 1.0, number: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """The matrices (number, 3, 3) by which colours were multiplied from the left, and what was added (number, 3)."""
    images = tensor(np.repeat(CORNERS, number, axis=0))
    black, *primaries = (
        numpy(random_colours(images, names, probability, SeedGenerator(0))).reshape(-1, 4, 3).swapaxes(0, 1)
    )
    return np.stack(primaries, axis=-1).astype(float) - black[:, :, None], black


def test_changes_by_the_papers_matrices():
    """Brightness, contrast, luma flip as a Householder reflection, hue as a rotation, saturation, in this order."""
    images = random_images(6, 5)
    brightness, contrast, saturation = np.random.default_rng(1).uniform(0.3, 2, (3, 6))
    flip = np.array([0, 1, 0, 1, 0, 1])
    hue = np.linspace(-3, 3, 6)
    expected = []
    for i, image in enumerate(images):
        matrix = np.eye(3) - 2 * flip[i] * GREY
        matrix = Rotation.from_rotvec(hue[i] * AXIS).as_matrix() @ matrix
        matrix = (GREY + saturation[i] * (np.eye(3) - GREY)) @ matrix
        expected.append((contrast[i] * (image + brightness[i])) @ matrix.T)
    output = change_colours(
        tensor(images),
        floats(*brightness),
        floats(*contrast * (1 - 2 * flip)),
        floats(*hue),
        floats(*saturation * contrast),
    )
    np.testing.assert_allclose(numpy(output), expected, atol=1e-5)


def test_grey_images_have_only_luma():
    images = random_images(2, 4, channels=1)
    output = change_colours(tensor(images), floats(0.5, 0), floats(-2, 1), floats(1, 2), floats(0.3, 0))
    np.testing.assert_allclose(numpy(output), np.stack([-2 * (images[0] + 0.5), images[1]]), atol=1e-6)


def test_brightness():
    matrices, black = draw(["brightness"])
    np.testing.assert_allclose(matrices, np.broadcast_to(np.eye(3), (1000, 3, 3)), atol=1e-6)
    np.testing.assert_allclose(black, black[:, :1] * np.ones(3), atol=1e-6)
    assert kstest(black[:, 0], "norm", args=(0, 0.2)).pvalue > 0.01


def test_contrast():
    matrices, black = draw(["contrast"])
    np.testing.assert_allclose(matrices, matrices[:, :1, :1] * np.eye(3), atol=1e-6)
    assert kstest(np.log2(matrices[:, 0, 0]), "norm", args=(0, 0.5)).pvalue > 0.01
    assert (black == 0).all()


def test_luma_flip():
    matrices, black = draw(["luma_flip"])
    flipped = matrices[:, 0, 0] < 0.9
    assert flipped.mean() == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(
        matrices[flipped], np.broadcast_to(np.eye(3) - 2 * GREY, (flipped.sum(), 3, 3)), atol=1e-6
    )
    assert (matrices[~flipped] == np.eye(3)).all()
    assert (black == 0).all()


def test_hue():
    matrices, black = draw(["hue"])
    vectors = Rotation.from_matrix(matrices).as_rotvec()
    angles = vectors @ AXIS
    np.testing.assert_allclose(vectors, angles[:, None] * AXIS, atol=1e-3)
    assert kstest(angles, "uniform", args=(-np.pi, 2 * np.pi)).pvalue > 0.01
    assert (black == 0).all()


def test_saturation():
    matrices, black = draw(["saturation"])
    factors = (matrices.trace(axis1=1, axis2=2) - 1) / 2
    np.testing.assert_allclose(matrices, GREY + factors[:, None, None] * (np.eye(3) - GREY), atol=1e-4)
    assert kstest(np.log2(factors), "norm", args=(0, 1)).pvalue > 0.01
    assert (black == 0).all()


@pytest.mark.parametrize(("name", "unseen"), [(name, 0.5 if name == "luma_flip" else 0) for name in COLOUR])
def test_each_is_applied_with_the_probability(name, unseen):
    matrices, black = draw([name], 0.4)
    unchanged = (matrices == np.eye(3)).all(axis=(1, 2)) & (black == 0).all(axis=1)
    assert 1 - unchanged.mean() == pytest.approx(0.4 * (1 - unseen), abs=0.05)
