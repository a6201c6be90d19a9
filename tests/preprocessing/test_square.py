import numpy as np
import pytest

from preprocessing.square import FFHQ_MARGIN, Square, aligned_square, box_square, part_outside
from tests.preprocessing.test_align import FACE


def test_the_square_of_ffhq_by_hand():
    square = aligned_square(FACE + np.array([100, 50]), FFHQ_MARGIN)
    np.testing.assert_allclose(square.centre, [100, 52])
    np.testing.assert_allclose(square.right, [40, 0], atol=1e-12)
    np.testing.assert_allclose(square.corners, [[60, 12], [140, 12], [140, 92], [60, 92]])
    assert square.side == pytest.approx(80)


def test_the_square_of_a_long_face_and_of_one_on_its_side():
    long = np.array([[-10, 0], [10, 0], [0, 20], [-8, 40], [8, 40]])
    assert aligned_square(long, FFHQ_MARGIN).side == pytest.approx(2 * 1.8 * 40)
    lying = FACE @ [[0, 1], [-1, 0]]  # x to the right becomes y downwards
    square = aligned_square(lying, FFHQ_MARGIN)
    np.testing.assert_allclose(square.centre, [-2, 0])
    np.testing.assert_allclose(square.right, [0, 40], atol=1e-12)
    np.testing.assert_allclose(square.down, [-40, 0], atol=1e-12)


def test_eyes_and_mouth_both_decide_the_turn():
    tilted = FACE + np.array([[0, -2], [0, 2], [0, 0], [0, 0], [0, 0]])
    # (20, 4) of the eyes and (20, 0) of the mouth
    assert np.divide(*aligned_square(tilted, 0).right[::-1]) == pytest.approx(4 / 40)


def test_the_side_grows_with_the_margin():
    sides = [aligned_square(FACE, margin).side for margin in (0, 0.3, 1)]
    np.testing.assert_allclose(np.array(sides) / sides[0], [1, 1.3, 2])


def test_a_square_can_be_drawn():
    square = Square(np.array([10.0, 20.0]), np.array([3.0, 4.0]))
    assert square.side == 10
    assert square.corners.tolist() == [[11, 13], [17, 21], [9, 27], [3, 19]]


def test_the_square_of_a_box_is_as_large_as_its_longer_side():
    square = box_square(np.array([10, 20, 30, 50], np.float32))
    np.testing.assert_array_equal(square.corners, [[0, 20], [50, 20], [50, 70], [0, 70]])


def test_squares_of_different_margins_are_concentric_and_turned_alike():
    turned = FACE @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    for margin in (-0.25, 0.3, 2):
        grown, direct = aligned_square(turned, 0).grown(margin), aligned_square(turned, margin)
        np.testing.assert_allclose(grown.corners, direct.corners, atol=1e-12)


def square_at(x, y, side, degrees=0):
    angle = np.radians(degrees)
    return Square(np.array([x, y], float), side / 2 * np.array([np.cos(angle), np.sin(angle)]))


@pytest.mark.parametrize(
    ("square", "outside"),
    [
        (square_at(50, 30, 40), 0),
        (square_at(50, 30, 60), 0),  # from edge to edge
        (square_at(10, 30, 40), 0.25),  # 10 of 40 columns
        (square_at(0, 0, 40), 0.75),  # a corner of the photo in its middle
        (square_at(50, 30, 120), 1 - 100 * 60 / 120**2),  # the photo lies within
        (square_at(-50, 30, 40), 1),
        (square_at(0, 30, 40, 45), 0.5),  # cut along its diagonal
        # Standing on a corner, its half diagonal is 20: the tip beyond x = 0 is a triangle 10 high and 20 wide.
        (square_at(10, 30, 20 * np.sqrt(2), 45), 100 / 800),
        (square_at(50, 30, 40, -77), 0),
        (square_at(90, 30, 40, 180), 0.25),
    ],
)
def test_the_part_outside_by_hand(square, outside):
    assert part_outside(square, (100, 60)) == pytest.approx(outside, abs=1e-6)


def test_the_part_outside_of_turned_squares_is_that_of_their_points():
    random = np.random.default_rng(0)
    along = (np.arange(400) + 0.5) / 200 - 1
    for _ in range(200):
        width, height = random.integers(20, 6000, 2)
        square = square_at(*random.uniform(0, (width, height)), random.uniform(10, 6000), random.uniform(-180, 180))
        x, y = (
            centre + along * right + along[:, None] * down
            for centre, right, down in zip(square.centre, square.right, square.down, strict=True)
        )
        counted = 1 - ((x > 0) & (x < width) & (y > 0) & (y < height)).mean()
        assert part_outside(square, (width, height)) == pytest.approx(counted, abs=0.005)
