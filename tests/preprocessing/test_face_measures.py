import cv2
import numpy as np
import pytest

from preprocessing.face_measures import burnt, crushed, sharpness, yaw


def grey(values):
    return np.repeat(np.asarray(values, np.uint8)[..., np.newaxis], 3, axis=2)


def test_the_laplacian_of_stripes_by_hand():
    """Columns 0 100 0 100 ...: the Laplacian is 200 on the dark ones and -200 on the bright ones."""
    stripes = np.tile([0, 100], 16)[np.newaxis].repeat(32, axis=0)
    assert sharpness(grey(stripes)) == pytest.approx(200**2, rel=1e-4)


@pytest.mark.parametrize(("channel", "weight"), [(0, 0.299), (1, 0.587), (2, 0.114)])
def test_one_bright_pixel_by_hand(channel, weight):
    """Of the middle's 16 pixels one has -4 times its luminance and four have it: their mean is 0."""
    crop = np.zeros((8, 8, 3), np.uint8)
    crop[3, 3, channel] = 200
    assert sharpness(crop) == pytest.approx((16 + 4) * (200 * weight) ** 2 / 16, rel=1e-4)


def test_a_ramp_has_no_sharpness():
    ramp = np.arange(0, 128, 2)[np.newaxis].repeat(64, axis=0)
    assert sharpness(grey(ramp)) == pytest.approx(0, abs=1e-6)


def test_large_crops_are_compared_at_the_size_of_small_ones():
    """Every pixel of a 64x64 picture four times as wide and high: after averaging, it is the same picture."""
    small = np.random.default_rng(0).integers(0, 256, (64, 64))
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    assert sharpness(grey(large)) == pytest.approx(sharpness(grey(small)), rel=1e-5)


def test_only_the_middle_counts():
    frame = np.random.default_rng(0).integers(0, 256, (64, 64))
    frame[8:56, 8:56] = 90
    assert sharpness(grey(frame)) == 0


def test_blur_takes_sharpness(portraits):
    face = cv2.resize(portraits[0], (64, 64), interpolation=cv2.INTER_AREA)
    blurred = [sharpness(cv2.GaussianBlur(face, (0, 0), sigma)) for sigma in (0.5, 1, 2, 4)]
    assert [sharpness(face), *blurred] == sorted([sharpness(face), *blurred], reverse=True)


def landmarks(nose, turned=0.0):
    """Eyes 20 pixels apart, the nose so far to the right of their middle; all turned about the origin."""
    points = np.array([(-10, 0), (10, 0), (nose, 12), (-8, 24), (8, 24)], np.float64)
    cos, sin = np.cos(np.radians(turned)), np.sin(np.radians(turned))
    return (points @ np.array([[cos, sin], [-sin, cos]])).astype(np.float32)


@pytest.mark.parametrize("turned", [0, 30, 180])
def test_yaw_is_that_of_a_nose_9_pixels_long(turned):
    """0.45 eye distances of 20 pixels: seen 9 pixels off beside eyes still 20 apart, it has turned by 45 degrees."""
    assert yaw(landmarks(0, turned)) == pytest.approx(0, abs=1e-4)
    assert yaw(landmarks(9, turned)) == pytest.approx(45, abs=1e-3)
    assert yaw(landmarks(-9 * np.sqrt(3), turned)) == pytest.approx(-60, abs=1e-3)


@pytest.mark.parametrize("angle", [-80, -35, 10, 60])
def test_yaw_of_a_head_in_three_dimensions(angle):
    head = np.array([[-1, 0, 0], [1, 0, 0], [0, 1.2, 2 * 0.45], [-0.8, 2.2, 0.6], [0.8, 2.2, 0.6]])
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    seen = np.stack([head[:, 0] * cosine + head[:, 2] * sine, head[:, 1]], axis=1)
    assert yaw(seen) == pytest.approx(angle)


def test_eyes_in_one_place_are_seen_from_the_side():
    points = landmarks(5)
    points[:2] = 0
    assert yaw(points) == 90


def test_black_and_white_are_counted_in_the_middle():
    crop = grey(np.full((8, 8), 120))
    assert (crushed(crop), burnt(crop)) == (0, 0)
    crop[2, 2:6] = 0
    crop[5, 2:4] = 255
    crop[:2] = 0
    assert (crushed(crop), burnt(crop)) == (4 / 16, 2 / 16)


def test_saturated_colours_and_dark_skin_are_neither_black_nor_white():
    assert crushed(np.full((8, 8, 3), (60, 38, 28), np.uint8)) == 0
    assert burnt(np.full((8, 8, 3), (255, 255, 200), np.uint8)) == 0
    assert crushed(np.full((8, 8, 3), (0, 0, 200), np.uint8)) == 0


def test_how_black_and_how_white():
    crop = grey(np.full((8, 8), 120))
    crop[2, 2:5] = 8
    crop[3, 3] = (9, 0, 0)  # still shows a colour
    crop[4, 2:6] = 250
    crop[5, 5] = (255, 255, 249)
    assert (crushed(crop), burnt(crop)) == (3 / 16, 4 / 16)
