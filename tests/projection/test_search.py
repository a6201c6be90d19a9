"""The search, in a small generator with the weights that it begins with."""

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.projection.descent import descend
from pgkeras.projection.distance import Distance, pyramid_distance
from pgkeras.projection.search import project, steps_for
from pgkeras.projection.seeds import Seeds
from pgkeras.projection.slope import Slope
from pgkeras.projection.sphere import normalized
from pgkeras.sampling import sample_latents
from tests.other_backends import on_other_backends, run_tests
from tests.projection.conftest import SIZE, made


def drawn(generator: keras.Model, seeds: range, labels: np.ndarray | None = None) -> np.ndarray:
    """Of latents of mean square 1: those of so few components may be far from it, and lengths show beside labels."""
    return to_uint8(sample_latents(generator, normalized(latents_from_seeds(seeds, SIZE)), labels))


def test_slopes_are_those_of_finite_differences(generator):
    smooth = Distance(lambda drawn, wanted: ops.mean(ops.square(drawn - wanted), axis=(1, 2, 3)))
    slope = Slope(generator, smooth, None, rows=3)
    latents, wanted = latents_from_seeds(range(4), SIZE), drawn(generator, range(10, 14))
    distances, gradients = slope(latents, wanted)
    assert (distances.shape, gradients.shape) == ((4,), (4, SIZE))
    for component in range(SIZE):
        step = 2e-3 * np.eye(SIZE, dtype=np.float32)[component]
        difference = (slope(latents + step, wanted)[0] - slope(latents - step, wanted)[0]) / 4e-3
        np.testing.assert_allclose(gradients[:, component], difference, atol=4e-3)  # leaky ReLUs have kinks


def test_descent_finds_the_nearest_point_of_a_sphere_along_any_axes():
    """The distance is that to a point, stretched along turned axes; on the sphere it is least at the point itself."""
    random = np.random.default_rng(0)
    axes = np.linalg.qr(random.normal(size=(SIZE, SIZE)))[0].astype(np.float32)
    goal = normalized(random.normal(size=(1, SIZE)))
    curvature = axes.T @ np.diag(np.geomspace(1, 1e2, SIZE)) @ axes
    steps = []

    def slope(latents, wanted):
        offset = latents - goal
        return np.einsum("ij,jk,ik->i", offset, curvature, offset) / 2, (offset @ curvature).astype(np.float32)

    starts = latents_from_seeds(range(3), SIZE)
    course, distances = descend(slope, starts, None, axes, 200, steps.append)
    assert steps == [3] * 200
    assert len(course) == 200
    np.testing.assert_allclose(np.square(course[50]).mean(axis=1), 1, rtol=1e-5)
    assert distances.shape == (3,)
    np.testing.assert_allclose(course[-1], goal.repeat(3, axis=0), atol=0.05)


def test_axes_are_orthonormal_and_the_nearest_seed_comes_first(generator):
    seeds = Seeds(generator, None, first=7)
    axes = seeds.axes(Slope(generator, pyramid_distance(16), None, rows=64))
    np.testing.assert_allclose(axes @ axes.T, np.eye(SIZE), atol=1e-5)
    nearest = seeds.nearest(drawn(generator, range(9, 12)), 4)
    assert nearest.shape == (3, 4, SIZE)
    np.testing.assert_array_equal(nearest[:, 0], latents_from_seeds(range(9, 12), SIZE))


def test_after_the_largest_seed_comes_0(generator):
    np.testing.assert_array_equal(
        Seeds(generator, None, first=2**32 - 1).latents[:2], latents_from_seeds([2**32 - 1, 0], SIZE)
    )


def test_generated_images_are_found(generator):
    images = drawn(generator, range(1000, 1003))
    steps = []
    found = project(generator, images, pyramid_distance(16), on_steps=steps.append)
    assert sum(steps) == steps_for(3)
    for projection, image in zip(found, images, strict=True):
        assert projection.error < 1
        np.testing.assert_allclose(np.square(projection.latent).mean(), 1, rtol=1e-5)
        again = to_uint8(sample_latents(generator, projection.latent[None]))[0]
        assert np.abs(again.astype(int) - projection.image).max() <= 1
        assert projection.error == pytest.approx(np.sqrt(np.square(projection.image - image.astype(float)).mean()))
        assert projection.way.shape == (4, 16, 16, 3)
        np.testing.assert_array_equal(projection.way[-1], projection.image)


def test_the_same_seed_finds_the_same_latents(generator, few_steps):
    images = drawn(generator, range(1000, 1002))
    first, again, other = (
        [each.latent for each in project(generator, images, pyramid_distance(16), seed=seed)] for seed in (3, 3, 400)
    )
    np.testing.assert_allclose(first, again, atol=1e-3)  # TensorFlow may round differently the next time
    assert np.abs(np.subtract(first, other)).max() > 0.1


def test_many_images_are_found_a_few_at_a_time(generator, monkeypatch):
    monkeypatch.setattr("pgkeras.projection.search.PIXELS_AT_A_TIME", 2 * 4 * 16 * 16)
    found = project(generator, drawn(generator, range(1000, 1003)), pyramid_distance(16))
    assert [each.error < 1 for each in found] == [True] * 3


@pytest.mark.parametrize(
    "options",
    [{"label_size": 3}, {"normalize_latents": False}, {"channels": 1}, {"preset": "dcgan"}],
    ids=lambda options: next(iter(options)),
)
def test_other_generators(options):
    generator = made(**options)
    label = one_hot(np.array([2]), 3)[0] if "label_size" in options else None
    images = drawn(generator, range(1000, 1002), None if label is None else np.tile(label, (2, 1)))
    found = project(generator, images, pyramid_distance(16), label)
    assert max(each.error for each in found) < 1


@on_other_backends("jax", "torch")
def test_search_on(other_backend):
    run_tests(other_backend, __file__)
