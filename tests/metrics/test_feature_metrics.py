"""Fréchet and kernel distance, precision and recall: values by hand, and the papers' formulas written down."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from pgkeras.metrics import frechet_distance, kernel_distance, precision, recall

METRICS = [frechet_distance, kernel_distance, precision, recall]


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


@pytest.fixture(scope="module")
def features() -> tuple[np.ndarray, np.ndarray]:
    """Of more images than one block, correlated and shifted."""
    random = np.random.default_rng(0)
    real = random.normal(size=(1200, 20)) @ random.normal(size=(20, 20))
    fake = random.normal(size=(1500, 20)) @ random.normal(size=(20, 20)) + 0.3
    return real.astype(np.float32), fake.astype(np.float32)


def test_the_frechet_distance_of_normal_distributions_on_a_line():
    """(m₁ - m₂)² + (s₁ - s₂)²: means 0 and 3, standard deviations 2 and 5."""
    assert frechet_distance(column(-2, 0, 2), column(-2, 3, 8)) == pytest.approx(9 + 9)


def test_the_frechet_distance_is_the_formula(features):
    (mean_a, covariance_a), (mean_b, covariance_b) = ((each.mean(0), np.cov(each.T)) for each in features)
    expected = np.square(mean_a - mean_b).sum()
    expected += np.trace(covariance_a + covariance_b - 2 * sqrtm(covariance_a @ covariance_b).real)
    assert frechet_distance(*features) == pytest.approx(expected, rel=1e-5)


def test_the_frechet_distance_of_fewer_images_than_features():
    """Two points each, along two axes at right angles: no variance is shared, 2 and 8 are lost."""
    along_x = np.array([[-1.0, 0, 0], [1, 0, 0]])
    along_y = np.array([[0, -2.0, 0], [0, 2, 0]])
    assert frechet_distance(along_x, along_y) == pytest.approx(2 + 8)
    assert frechet_distance(along_x, along_x) == pytest.approx(0, abs=1e-12)


def test_the_kernel_distance_is_the_formula(features):
    def kernel(x, y):
        return (x.astype(float) @ y.T.astype(float) / 20 + 1) ** 3

    real, fake = features
    within = [(kernel(x, x).sum() - np.trace(kernel(x, x))) / (len(x) * (len(x) - 1)) for x in features]
    expected = 1000 * (sum(within) - 2 * kernel(real, fake).mean())
    assert kernel_distance(real, fake) == pytest.approx(expected, rel=1e-9)


def test_the_kernel_distance_is_unbiased():
    """The mean over small samples of one distribution is 0, where that of the biased estimator is far above."""
    random = np.random.default_rng(0)
    found = [kernel_distance(*random.normal(size=(2, 8, 3))) for _ in range(2000)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))


def test_precision_and_recall_on_a_line():
    """Balls up to the third neighbour: around 0, 1, 2, 3 of radius 3, 2, 2, 3; around 5, 6, 7, 20 of 15, 14, 13, 15."""
    real, fake = column(0, 1, 2, 3), column(5, 6, 7, 20)
    assert precision(real, fake) == 0.5  # 5 and 6 are within 3 of 3
    assert recall(real, fake) == 1.0  # all are within 15 of 5


def test_dropped_modes_cost_recall_and_stray_images_precision():
    random = np.random.default_rng(0)
    left, right, stray = (random.normal(x, 1, (100, 2)) for x in (-50, 50, 500))
    assert recall(np.concatenate([left, right]), left) == pytest.approx(0.5, abs=0.1)
    assert precision(np.concatenate([left, right]), left) == 1
    assert precision(left, np.concatenate([left, stray])) == 0.5
    assert recall(left, np.concatenate([left, stray])) == 1


def test_precision_and_recall_are_the_formula(features):
    real, fake = (each / 30 for each in features)
    for manifold, points, found in ((real, fake, precision(real, fake)), (fake, real, recall(real, fake))):
        radii = np.sort(cdist(manifold, manifold), axis=1)[:, 3]
        assert found == (cdist(points, manifold) <= radii).any(axis=1).mean()
        assert 0.05 < found < 0.95


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("shapes", [((9, 3), (9, 4)), ((1, 3), (9, 3)), ((9, 3), (1, 3)), ((9,), (9,))])
def test_sets_that_cannot_be_compared(metric, shapes):
    with pytest.raises(ValueError, match=r"must have the same features, and [24] images or more each"):
        metric(*map(np.zeros, shapes))
