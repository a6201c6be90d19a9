"""DiffAugment against values computed by hand, and plain NumPy."""

import numpy as np
import pytest
from keras.random import SeedGenerator

from pgkeras.augmentation import augment
from pgkeras.augmentation.diffaugment import adjust_colour, cut_out, translate
from tests.augmentation.arrays import changed, floats, integers, numpy, random_images, tensor


def test_brightness_is_added():
    """Past 1, too: nothing is clipped."""
    images = np.full((2, 4, 4, 3), 0.75, np.float32)
    output = numpy(adjust_colour(tensor(images), floats(0.5, -0.25), floats(1, 1), floats(1, 1)))
    assert (output[0] == 1.25).all()
    assert (output[1] == 0.5).all()


@pytest.mark.parametrize(("saturation", "expected"), [(0, [0.5, 0.5, 0.5]), (1, [0, 0.5, 1]), (2, [-0.5, 0.5, 1.5])])
def test_saturation_is_the_distance_from_grey(saturation, expected):
    images = np.broadcast_to(np.array([0, 0.5, 1], np.float32), (1, 4, 4, 3))
    output = numpy(adjust_colour(tensor(images), floats(0), floats(saturation), floats(1)))
    np.testing.assert_allclose(output[0, 1, 2], expected, atol=1e-6)


def test_saturation_leaves_grey_images_alone():
    images = random_images(1, 4, channels=1)
    np.testing.assert_array_equal(numpy(adjust_colour(tensor(images), floats(0), floats(0), floats(1))), images)


def test_contrast_is_the_distance_from_the_images_mean():
    """Half of the pixels -1, half 0: the mean is -0.5. A second image does not matter."""
    images = np.zeros((2, 4, 4, 3), np.float32)
    images[0, :2] = -1
    images[1] = 7
    output = numpy(adjust_colour(tensor(images), floats(0, 0), floats(1, 1), floats(1.5, 0.5)))
    np.testing.assert_allclose(output[0, :2], -1.25)
    np.testing.assert_allclose(output[0, 2:], 0.25)
    np.testing.assert_allclose(output[1], 7)


def test_colour_by_numpy():
    images = random_images(3, 5)
    brightness, saturation, contrast = np.random.default_rng(1).uniform(0, 2, (3, 3, 1, 1, 1)).astype(np.float32)
    expected = images + brightness
    grey = expected.mean(axis=3, keepdims=True)
    expected = grey + saturation * (expected - grey)
    mean = expected.mean(axis=(1, 2, 3), keepdims=True)
    expected = mean + contrast * (expected - mean)
    output = adjust_colour(tensor(images), floats(*brightness.flat), floats(*saturation.flat), floats(*contrast.flat))
    np.testing.assert_allclose(numpy(output), expected, atol=1e-5)


def test_translation_by_hand():
    images = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3, 1)
    output = numpy(translate(tensor(images), integers(1), integers(-1)))[0, :, :, 0]
    np.testing.assert_array_equal(output, [[0, 0, 0], [2, 3, 0], [5, 6, 0]])


@pytest.mark.parametrize("side", [4, 7])
def test_translation_against_slices(side):
    """Every image by its own shift, also by more than the side."""
    shifts = [(down, right) for down in range(-side - 1, side + 2) for right in (-side, -2, 0, 1)]
    images = random_images(len(shifts), side)
    padded = np.pad(images, ((0, 0), (side + 1,) * 2, (side + 1,) * 2, (0, 0)))
    expected = [
        image[side + 1 - down :, side + 1 - right :][:side, :side]
        for image, (down, right) in zip(padded, shifts, strict=True)
    ]
    down, right = np.array(shifts).T
    np.testing.assert_array_equal(numpy(translate(tensor(images), integers(*down), integers(*right))), expected)


def test_cutout_by_hand():
    """A square of 2 in the middle, and one of which a corner is left."""
    output = numpy(cut_out(tensor(np.ones((2, 4, 4, 1), np.float32)), integers(2, 0), integers(2, 4), 2))[..., 0]
    np.testing.assert_array_equal(output[0], [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]])
    np.testing.assert_array_equal(output[1], [[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]])


@pytest.mark.parametrize(("side", "blank"), [(4, {1, 2, 4}), (8, {4, 6, 8, 9, 12, 16}), (6, {4, 6, 9})])
def test_cutout_blanks_a_quarter_to_all_of_a_square_of_half_the_side(side, blank):
    """At 8: 2, 3 or 4 rows times 2, 3 or 4 columns. An odd square's middle is a pixel: 2 or 3 of 3 rows at 6."""
    images = np.ones((400, side, side, 3), np.float32)
    output = numpy(augment(tensor(images), ["cutout"], 1.0, SeedGenerator(0)))
    areas = (output == 0).all(axis=3).sum(axis=(1, 2))
    assert set(areas) == blank
    corners = output[areas == min(blank)][:, :: side - 1, :: side - 1]
    assert (corners == 0).any(axis=0).all(), "the least is left in each of the four corners"


@pytest.mark.parametrize(("side", "limit"), [(4, 1), (8, 1), (16, 2), (32, 4)])
def test_translation_goes_up_to_an_eighth_of_the_side_each_way(side, limit):
    images = np.zeros((400, side, side, 1), np.float32)
    images[:, side // 2, side // 2] = 1
    _, rows, columns, _ = np.nonzero(numpy(augment(tensor(images), ["translation"], 1.0, SeedGenerator(0))))
    assert set(rows - side // 2) == set(columns - side // 2) == set(range(-limit, limit + 1))
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.15


def test_colour_draws_from_the_papers_ranges():
    """One pixel of red and one of black tell all three numbers, images being affine in each."""
    images = np.zeros((1000, 1, 2, 3), np.float32)
    images[:, 0, 0, 0] = 1
    output = numpy(augment(tensor(images), ["colour"], 1.0, SeedGenerator(0))).astype(float)
    brightness = output.mean(axis=(1, 2, 3)) - 1 / 6
    contrast = (output[:, 0, 0].mean(axis=1) - output[:, 0, 1].mean(axis=1)) / (1 / 3)
    saturation = (output[:, 0, 0, 0] - output[:, 0, 0, 1]) / contrast
    for values, low, high in ((brightness, -0.5, 0.5), (saturation, 0, 2), (contrast, 0.5, 1.5)):
        assert low - 1e-4 < values.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < values.max() < high + 1e-4
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.05 * (high - low))


def test_probability_1_translates_all_but_those_that_draw_no_shift():
    """8 of the 9 shifts at 4x4 move the image."""
    images = random_images(900, 4)
    moved = changed(images, augment(tensor(images), ["translation"], 1.0, SeedGenerator(0)))
    assert moved.mean() == pytest.approx(8 / 9, abs=0.04)
