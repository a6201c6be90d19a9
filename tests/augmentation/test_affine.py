"""Affine transformations against SciPy, NumPy, and values computed by hand."""

import numpy as np
import pytest
from keras import ops
from scipy.ndimage import affine_transform

from pgkeras.augmentation.affine import Affine, resample
from tests.augmentation.arrays import derivative, numpy, random_images, tensor


def affine(across, down, middle) -> Affine:
    """The same for all images, or (batch, 2) for each."""
    columns = (np.array(column, np.float32).reshape(-1, 2) for column in (across, down, middle))
    return Affine(*(tensor(column) for column in columns))


def random_columns(batch: int, side: int) -> np.ndarray:
    """Any turn, shear and mirroring; from up to three sides away."""
    columns = np.random.default_rng(1).normal(size=(3, batch, 2))
    columns[2] *= side
    return columns.astype(np.float32)


def by_scipy(images: np.ndarray, across: np.ndarray, down: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Its axes are down and across, and its origin is the first pixel's middle."""
    centre = (images.shape[1] - 1) / 2
    results = []
    for image, *columns in zip(images.astype(float), across, down, middle, strict=True):
        across_, down_, middle_ = (column[::-1].astype(float) for column in columns)
        matrix = np.stack([down_, across_], axis=1)
        offset = centre + middle_ - matrix @ [centre, centre]
        channels = [
            affine_transform(channel, matrix, offset, order=1, mode="mirror") for channel in image.T.swapaxes(1, 2)
        ]
        results.append(np.stack(channels, axis=-1))
    return np.stack(results)


@pytest.mark.parametrize(("side", "channels"), [(4, 3), (7, 1), (16, 3)])
def test_resampling_by_scipy(side, channels):
    images, columns = random_images(12, side, channels), random_columns(12, side)
    output = numpy(resample(tensor(images), affine(*columns)))
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, by_scipy(images, *columns), atol=2e-5)


def test_the_gradient_by_scipy():
    """Resampling is linear: the gradient of w . A x is A's transpose times w. SciPy makes A, pixel by pixel."""
    side, batch = 5, 6
    columns = random_columns(batch, side)
    weights = np.random.default_rng(2).normal(size=(batch, side, side, 1)).astype(np.float32)
    expected = np.zeros_like(weights)
    for row in range(side):
        for column in range(side):
            one = np.zeros_like(weights)
            one[:, row, column] = 1
            expected[:, row, column, 0] = (weights * by_scipy(one, *columns)).sum(axis=(1, 2, 3))

    def weighted(images):
        return ops.sum(tensor(weights) * resample(images, affine(*columns)))

    gradient = numpy(derivative(weighted)(tensor(random_images(batch, side, 1))))
    np.testing.assert_allclose(gradient, expected, atol=2e-5)


@pytest.mark.parametrize("side", [4, 5])
def test_flips_and_quarter_turns_change_no_bit(side):
    images = random_images(2, side)
    for (across, down), expected in (
        (([1, 0], [0, 1]), images),
        (([-1, 0], [0, 1]), images[:, :, ::-1]),
        (([1, 0], [0, -1]), images[:, ::-1]),
        (([0, 1], [-1, 0]), np.rot90(images, 1, axes=(1, 2))),
        (([-1, 0], [0, -1]), np.rot90(images, 2, axes=(1, 2))),
        (([0, -1], [1, 0]), np.rot90(images, 3, axes=(1, 2))),
        (([0, 1], [1, 0]), images.swapaxes(1, 2)),
    ):
        output = numpy(resample(tensor(images), affine(across, down, [0, 0])))
        np.testing.assert_array_equal(output, expected)


@pytest.mark.parametrize(("x", "y"), [(1, 0), (0, -2), (3, 3), (-3, 2)])
def test_whole_pixels_change_no_bit(x, y):
    """The border pixels are not repeated, as in NumPy's mode "reflect"."""
    images = random_images(2, 4)
    padded = np.pad(images, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    output = numpy(resample(tensor(images), affine([1, 0], [0, 1], [x, y])))
    np.testing.assert_array_equal(output, padded[:, 3 + y : 7 + y, 3 + x : 7 + x])


def test_a_quarter_of_a_pixel_by_hand():
    """Beyond the last pixel comes the one before it."""
    images = np.array([[0, 4, 8], [0, 0, 0], [0, 0, 0]], np.float32).reshape(1, 3, 3, 1)
    output = numpy(resample(tensor(images), affine([1, 0], [0, 1], [0.25, 0])))
    np.testing.assert_array_equal(output[0, 0, :, 0], [1, 5, 7])


def test_steps_multiply_from_the_right():
    cosine, sine = np.cos(0.3), np.sin(0.3)
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    shift = np.array([[1, 0, 5], [0, 1, -2], [0, 0, 1]])
    expected = turn @ np.diag([2, 3, 1]) @ shift @ turn
    turned = Affine.identity().turned(cosine, sine)
    product = turned.scaled(2.0, 3.0).moved(5.0, -2.0).turned(cosine, sine)
    np.testing.assert_allclose(np.concatenate([numpy(column) for column in product]).T, expected[:2], rtol=1e-6)
