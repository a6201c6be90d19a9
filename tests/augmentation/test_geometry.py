"""What the geometric transformations draw, read off images whose channels are their pixels' coordinates."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.random import SeedGenerator
from scipy.stats import kstest

from pgkeras.augmentation.geometry import GEOMETRY, random_geometry
from tests.augmentation.arrays import numpy, tensor

SIDE = 33
"""So large that reflections hardly ever come near the middle."""
CENTRE = SIDE // 2


def draw(names, probability: float = 1.0, number: int = 1000) -> np.ndarray:
    """The linear parts (number, 2, 2) and shifts (number, 2) that were drawn, from the result to the image."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) - CENTRE
    image = tensor(np.stack([across, down], axis=-1)[None])
    seed_generator = SeedGenerator(0)
    parts = []
    images = ops.repeat(image, 100, axis=0)
    for _ in range(number // 100):
        output = numpy(random_geometry(images, names, probability, seed_generator))
        parts.append(output[:, CENTRE : CENTRE + 2, CENTRE : CENTRE + 2])
    pixels = np.concatenate(parts).astype(float)
    middle = pixels[:, 0, 0]
    return np.stack([pixels[:, 0, 1] - middle, pixels[:, 1, 0] - middle], axis=-1), middle


def angle(matrices: np.ndarray) -> np.ndarray:
    return np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])


def is_identity(matrices: np.ndarray, middle: np.ndarray) -> np.ndarray:
    return (matrices == np.eye(2)).all(axis=(1, 2)) & (middle == 0).all(axis=1)


def assert_distribution(values: np.ndarray, name: str, *arguments: float) -> None:
    """By the test of Kolmogorov and Smirnov; seeds are fixed, so that it passes or fails for good."""
    assert kstest(values, name, args=arguments).pvalue > 0.01


def test_flip_mirrors_half_of_the_images():
    matrices, middle = draw(["flip"])
    mirrored = matrices[:, 0, 0] == -1
    assert mirrored.mean() == pytest.approx(0.5, abs=0.05)
    assert (matrices[mirrored] == np.diag([-1, 1])).all()
    assert is_identity(matrices[~mirrored], middle[~mirrored]).all()
    assert (middle == 0).all()


def test_quarter_turns_are_equally_frequent():
    matrices, middle = draw(["quarter_turn"])
    turn = np.array([[0, -1], [1, 0]])
    for quarters in range(4):
        part = (matrices == np.linalg.matrix_power(turn, quarters)).all(axis=(1, 2)).mean()
        assert part == pytest.approx(0.25, abs=0.05)
    assert (middle == 0).all()


def test_integer_translations_go_up_to_an_eighth_of_the_side_each_way():
    matrices, middle = draw(["integer_translation"])
    assert (matrices == np.eye(2)).all()
    assert set(middle[:, 0]) == set(middle[:, 1]) == set(range(-4, 5))
    assert abs(np.corrcoef(middle.T)[0, 1]) < 0.1


def test_scales_are_lognormal():
    matrices, middle = draw(["scale"])
    assert_distribution(np.log2(matrices[:, 0, 0]), "norm", 0, 0.2)
    np.testing.assert_allclose(matrices, matrices[:, :1, :1] * np.eye(2), atol=1e-5)
    assert (middle == 0).all()


def test_rotations_are_by_any_angle():
    matrices, middle = draw(["rotation"])
    assert_distribution(angle(matrices), "uniform", -np.pi, 2 * np.pi)
    np.testing.assert_allclose(matrices @ matrices.swapaxes(1, 2), np.broadcast_to(np.eye(2), (1000, 2, 2)), atol=1e-4)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-4)
    assert (middle == 0).all()


def test_anisotropic_scales_keep_the_area():
    matrices, middle = draw(["anisotropic_scale"])
    assert_distribution(np.log2(matrices[:, 0, 0]), "norm", 0, 0.2)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-4)
    assert (matrices[:, [0, 1], [1, 0]] == 0).all()
    assert (middle == 0).all()


def test_fractional_translations_have_an_eighth_of_the_side_as_standard_deviation():
    matrices, middle = draw(["fractional_translation"])
    inside = (np.abs(middle) < CENTRE - 1).all(axis=1)
    assert inside.mean() > 0.99
    np.testing.assert_allclose(matrices[inside], np.broadcast_to(np.eye(2), (inside.sum(), 2, 2)), atol=1e-4)
    for each in middle.T:
        assert_distribution(each, "norm", 0, SIDE / 8)
    assert abs(np.corrcoef(middle.T)[0, 1]) < 0.1


@pytest.mark.parametrize("probability", [0.3, 0.8])
@pytest.mark.parametrize(
    ("name", "unseen"), [*((name, 0) for name in GEOMETRY[3:]), ("flip", 1 / 2), ("quarter_turn", 1 / 4)]
)
def test_each_is_applied_with_the_probability(name, unseen, probability):
    """Rotation, too, which is drawn twice. Half of the flips and a quarter of the quarter turns are none."""
    unchanged = is_identity(*draw([name], probability)).mean()
    assert 1 - unchanged == pytest.approx((1 - unseen) * probability, abs=0.05)


def test_rotations_come_before_and_after_the_anisotropic_scale():
    """Each with 1 - sqrt(1 - 0.75) = 0.5: M M' is diagonal without the one, M' M without the other."""
    matrices, _ = draw(["rotation", "anisotropic_scale"], 0.75)
    singular = np.linalg.svd(matrices, compute_uv=False)
    stretched = matrices[singular[:, 0] > 1.02 * singular[:, 1]]
    transposed = stretched.swapaxes(1, 2)
    turned = [np.abs(product[:, 0, 1]) > 1e-3 for product in (stretched @ transposed, transposed @ stretched)]
    for before in (False, True):
        for after in (False, True):
            part = ((turned[0] == before) & (turned[1] == after)).mean()
            assert part == pytest.approx(0.25, abs=0.06)


def test_whole_pixels_are_moved_before_anything_is_scaled():
    _, middle = draw(["integer_translation", "scale", "rotation", "anisotropic_scale"])
    assert (middle == middle.round()).all()


def test_fractions_are_moved_last():
    """Seen from the result, that is undone by the inverse of the linear part, the scale does not matter."""
    matrices, middle = draw(["fractional_translation", "scale"])
    factor = matrices[:, 0, 0]
    inside = (np.abs(middle) < CENTRE - 2).all(axis=1)
    assert inside.mean() > 0.99
    assert abs(np.corrcoef(factor[inside], np.abs(middle / factor[:, None])[inside].mean(axis=1))[0, 1]) < 0.1
    assert np.corrcoef(factor[inside], np.abs(middle)[inside].mean(axis=1))[0, 1] > 0.2


def test_the_probability_may_be_a_variable():
    variable = keras.Variable(0.8, trainable=False)
    for one, other in zip(draw(GEOMETRY, 0.8, 100), draw(GEOMETRY, variable, 100), strict=True):
        np.testing.assert_array_equal(one, other)
