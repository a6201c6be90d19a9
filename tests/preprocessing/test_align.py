import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image

from preprocessing.align import crop_aligned
from preprocessing.square import FFHQ_MARGIN

# Eyes 20 apart, the mouth 20 below them: FFHQ's square has the side 2 x 2 x 20 = 80 (1.8 x 20 is less) and its centre
# 0.1 x 20 below the middle between the eyes.
FACE = np.array([[-10, 0], [10, 0], [0, 10], [-8, 20], [8, 20]], np.float64)
# Where that puts the five, in sides of the square: ((x + 40) / 80, (y - 2 + 40) / 80).
PLACES = [[0.375, 0.475], [0.625, 0.475], [0.5, 0.6], [0.4, 0.725], [0.6, 0.725]]


def face_at(centre, scale=1.0, degrees=0.0):
    """FACE in a photo, turned clockwise as the viewer sees it."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (FACE @ np.array([[cosine, sine], [-sine, cosine]]) * scale + centre).astype(np.float32)


def noise(*shape, blur):
    """A smooth random photo."""
    photo = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(photo, (0, 0), blur), None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize("size", [64, 250])
@pytest.mark.parametrize("scale", [1, 3, 8])
@pytest.mark.parametrize("degrees", [0, 30, -75, 180])
def test_landmarks_come_to_their_places(degrees, scale, size):
    landmarks = face_at([403.3, 396.8], scale, degrees)
    rows, columns = np.indices((800, 800)) + 0.5
    for (x, y), place in zip(landmarks, PLACES, strict=True):
        spot = 250 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (2 * scale) ** 2))
        crop = crop_aligned(np.repeat(spot.astype(np.uint8)[..., None], 3, axis=2), landmarks, FFHQ_MARGIN, size)
        light = crop[..., 0].astype(float)
        found = [(light.sum(axis=axis) @ (np.arange(size) + 0.5)) / light.sum() for axis in (0, 1)]
        np.testing.assert_allclose(found, np.array(place) * size, atol=0.5)


@pytest.mark.parametrize("scale", [0.4, 1, 2.2, 3.7, 5.5])
def test_within_the_photo_it_is_what_pillow_cuts_out(scale):
    photo = noise(700, 900, blur=6)
    landmarks = face_at([450, 350], scale, 20)
    corners = [
        np.array([450, 350]) + scale * (np.array([x, y]) @ [[0.9396926, 0.3420201], [-0.3420201, 0.9396926]])
        for x, y in [(-40, -38), (-40, 42), (40, 42), (40, -38)]
    ]
    four_times = Image.fromarray(photo).transform(
        (4 * 96, 4 * 96), Image.Transform.QUAD, np.concatenate(corners).tolist(), Image.Resampling.BICUBIC
    )
    crop = crop_aligned(photo, landmarks, FFHQ_MARGIN, 96)
    difference = np.abs(crop.astype(int) - np.asarray(four_times.reduce(4)))
    assert difference.mean() < 1
    assert difference.max() <= 5


@pytest.mark.parametrize("degrees", [0, 13])
@pytest.mark.parametrize("side", [230, 330, 420, 640, 1000])
def test_a_fine_checkerboard_becomes_grey(side, degrees):
    board = (np.indices((1500, 1500)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    crop = crop_aligned(board, face_at([750, 750], side / 80, degrees), FFHQ_MARGIN, 96)
    assert np.abs(crop.mean() - 127.5) < 2
    assert crop.std() < 13  # 127.5 on the board


def test_enlarging_is_smooth():
    photo = np.zeros((60, 60, 3), np.uint8)
    photo[:, 30:] = 200
    row = crop_aligned(photo, face_at([30, 30], 0.25), FFHQ_MARGIN, 240)[120, :, 0].astype(int)  # 20 pixels wide
    assert np.abs(np.diff(row)).max() < 30
    assert row[90] < 15
    assert row[150] > 185


def test_one_colour_stays_one_colour_however_far_outside():
    photo = np.full((30, 40, 3), (10, 100, 250), np.uint8)
    for scale in (0.5, 3, 1000):
        crop = crop_aligned(photo, face_at([2, 3], scale, 40), FFHQ_MARGIN, 32)
        np.testing.assert_array_equal(crop, np.broadcast_to(photo[0, 0], crop.shape))


def test_the_middle_stays_sharp_where_the_border_is_near():
    photo = noise(400, 400, blur=2)
    inside = np.pad(photo, [(300, 300), (300, 300), (0, 0)], mode="symmetric")
    # The square from (-48, 80) to (192, 320) leaves the photo on the left by 0.2 sides.
    crop = crop_aligned(photo, face_at([72, 194], 3), FFHQ_MARGIN, 120)
    sharp = crop_aligned(inside, face_at([372, 494], 3), FFHQ_MARGIN, 120)
    start = 24 + 12  # the border is at 0.2 sides, the transition reaches a tenth of the side into the photo
    np.testing.assert_allclose(crop[:, start:].astype(int), sharp[:, start:], atol=2)
    assert crop[:, :12].std() < 0.5 * sharp[:, :12].std()


def test_a_tenth_of_the_side_from_the_border_nothing_changes():
    photo = noise(400, 400, blur=2)
    inside = np.pad(photo, [(300, 300), (300, 300), (0, 0)], mode="symmetric")
    near, nearer = face_at([145, 200], 3), face_at([143, 200], 3)  # the square's left side at 25, and at 23
    far = face_at([445, 500], 3)
    np.testing.assert_array_equal(
        crop_aligned(photo, near, FFHQ_MARGIN, 120), crop_aligned(inside, far, FFHQ_MARGIN, 120)
    )
    changed = crop_aligned(photo, nearer, FFHQ_MARGIN, 120) != crop_aligned(
        inside, far - np.float32([2, 0]), FFHQ_MARGIN, 120
    )
    assert not changed[:, 1:].any()


def test_outside_the_photo_it_is_reflected_without_a_seam():
    ramp = np.arange(200, dtype=np.uint8)[None, :, None].repeat(200, axis=0).repeat(3, axis=2)
    crop = crop_aligned(ramp, face_at([20, 98], 2), FFHQ_MARGIN, 160)  # columns from -60 to 100
    row = crop[80, :, 0].astype(int)
    assert np.abs(np.diff(row)).max() <= 3
    np.testing.assert_allclose(row[76:], np.arange(16, 100), atol=1)
    # The median of 60..0 and 0..100 is 40. Column 30, at -29.5, is 29.5 / 60 of the way from 29.5 to it.
    assert abs(row[30] - 34.7) <= 1


def test_far_outside_it_is_the_median_colour():
    photo = np.full((400, 200, 3), (200, 150, 100), np.uint8)
    photo[:, :30] = 0
    crop = crop_aligned(photo, face_at([40, 194], 3), FFHQ_MARGIN, 120)  # columns from -80 to 160
    np.testing.assert_allclose(crop[:, 0], np.broadcast_to([200, 150, 100], (120, 3)), atol=5)
    assert crop[:, 48].max() < 70  # column 17 of the photo is black
    np.testing.assert_array_equal(crop[60, 110], [200, 150, 100])


@pytest.mark.parametrize("shape", [(1, 1), (50, 1), (1, 50), (2, 3)], ids=str)
def test_photos_of_a_pixel_or_two(shape):
    photo = np.full((*shape, 3), 90, np.uint8)
    for scale in (0.001, 0.1, 10):
        crop = crop_aligned(photo, face_at([0.5, 0.5], scale, 10), 0.3, 16)
        np.testing.assert_array_equal(crop, np.full((16, 16, 3), 90))


@pytest.mark.parametrize(("scale", "size"), [(0.0001, 256), (0.25, 256), (1, 64), (100, 64), (1e7, 64)])
def test_memory_depends_on_the_crop_alone(scale, size):
    photo = np.zeros((6000, 8000, 3), np.uint8)
    tracemalloc.start()
    crop_aligned(photo, face_at([10, 20], scale, 30), 0.3, size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6  # of a photo of 144e6


def test_landmarks_slightly_outside_the_photo():
    photo = noise(100, 100, blur=3)
    crop = crop_aligned(photo, face_at([-5, 50], 1), FFHQ_MARGIN, 80)  # columns from -45 to 35
    np.testing.assert_allclose(crop[30:50, 75].astype(int), photo[42:62, 30], atol=1)


def test_landmarks_that_show_no_face():
    photo = np.zeros((50, 50, 3), np.uint8)
    with pytest.raises(ValueError, match=r"no direction of the face: \[\[3.0, 4.0\], \[3.0, 4.0\]"):
        crop_aligned(photo, np.full((5, 2), [3, 4], np.float32), 0.3, 16)
    with pytest.raises(ValueError, match=r"no direction .*\[10.0, 0.0\], \[-10.0, 0.0\]"):  # mirrored
        crop_aligned(photo, FACE * [-1, 1], 0.3, 16)
    for value in (np.nan, np.inf):
        broken = FACE.copy()
        broken[2, 1] = value
        with pytest.raises(ValueError, match=rf"must be finite, not .*\[0.0, {value}\]"):
            crop_aligned(photo, broken, 0.3, 16)
    with pytest.raises(ValueError, match=r"too far outside of the 50x50 photo: \[\[490.0, 25.0\]"):
        crop_aligned(photo, face_at([500, 25]), 0.3, 16)
