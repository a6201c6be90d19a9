import numpy as np
import pytest

from preprocessing.crop import crop_square


def test_without_margin_the_box_itself_is_cut():
    photo = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    np.testing.assert_array_equal(crop_square(photo, [7, 9, 16, 16], 0, 16), photo[9:25, 7:23])


def test_the_square_surrounds_the_centre_of_the_longer_side_and_margin():
    photo = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
    # centre (40, 35); side 20 x 1.5 = 30: columns 25..54, rows 20..49
    np.testing.assert_array_equal(crop_square(photo, [35, 25, 10, 20], 0.5, 30), photo[20:50, 25:55])


def test_shrinking_averages_areas():
    photo = np.zeros((40, 40, 3), np.uint8)
    photo[::2, ::2] = 200
    photo[1::2, 1::2] = 100
    crop = crop_square(photo, [0, 0, 40, 40], 0, 20)
    np.testing.assert_array_equal(crop, np.full((20, 20, 3), 75, np.uint8))  # (200 + 100 + 0 + 0) / 4


def test_enlarging_is_smooth():
    photo = np.zeros((20, 20, 3), np.uint8)
    photo[:, 10:] = 200
    row = crop_square(photo, [0, 0, 20, 20], 0, 80)[40, 10:70, 0].astype(int)  # without the edges' overshoot
    assert np.abs(np.diff(row)).max() < 80


@pytest.mark.parametrize(
    "box", [[-5, -5, 20, 20], [25, 18, 20, 20], [-30, -70, 100, 150], [-200, -200, 430, 430]], ids=str
)
def test_outside_the_photo_it_is_reflected_however_far(box):
    photo = np.random.default_rng(0).integers(0, 256, (24, 31, 3), np.uint8)
    x, y, width, height = box
    side = max(width, height)
    left, top = x + width // 2 - side // 2, y + height // 2 - side // 2
    padded = np.pad(photo, [(500, 500), (500, 500), (0, 0)], mode="reflect")
    expected = padded[500 + top : 500 + top + side, 500 + left : 500 + left + side]
    np.testing.assert_array_equal(crop_square(photo, box, 0, side), expected)


def test_reflection_by_hand():
    photo = np.repeat(np.arange(4, dtype=np.uint8)[None, :, None], 4, axis=0).repeat(3, axis=2)  # columns 0 1 2 3
    row = crop_square(photo, [-4, -4, 12, 12], 0, 12)[0, :, 0]
    assert row.tolist() == [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]


def test_a_photo_of_one_pixel_and_a_box_of_none():
    photo = np.full((1, 1, 3), 9, np.uint8)
    np.testing.assert_array_equal(crop_square(photo, [0.2, 0.2, 0.1, 0.1], 0, 4), np.full((4, 4, 3), 9))
