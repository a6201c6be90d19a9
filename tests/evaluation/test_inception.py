"""Fréchet and kernel distance and the score: torch-fidelity's own code, with a small classifier for Inception."""

import math
from urllib.error import URLError

import numpy as np
import pytest
from scipy.linalg import sqrtm

from pgkeras.errors import UserError
from pgkeras.evaluation.inception import fidelity

torch = pytest.importorskip("torch", reason="torch-fidelity is not installed (requirements-fidelity.txt)")
torch_fidelity = pytest.importorskip("torch_fidelity", reason="torch-fidelity is not installed")


class MeanColours(torch_fidelity.FeatureExtractorBase):
    """Features: the mean of each channel. Classes: channels, by how bright they are."""

    def __init__(self, name, features_list, **options):
        super().__init__(name, features_list)

    @staticmethod
    def get_provided_features_list():
        return ("colours", "scores")

    @staticmethod
    def get_default_feature_layer_for_metric(metric):
        return "scores" if metric == "isc" else "colours"

    @staticmethod
    def can_be_compiled():
        return False

    def forward(self, images):
        colours = images.double().mean(dim=(2, 3))
        return tuple(colours if name == "colours" else colours / 10 for name in self.features_list)


@pytest.fixture(scope="module", autouse=True)
def registered():
    torch_fidelity.register_feature_extractor("mean-colours", MeanColours)


@pytest.fixture(scope="module")
def images() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return tuple(
        np.clip(random.normal(mean, 30, (60, 1, 1, 3)) + random.normal(0, 5, (60, 8, 8, 3)), 0, 255).astype(np.uint8)
        for mean in ((120, 120, 120), (120, 140, 90))
    )


def colours_of(images: np.ndarray) -> np.ndarray:
    return images.astype(float).mean(axis=(1, 2))


def test_the_frechet_distance_is_that_of_two_gaussians(images):
    (mean_a, covariance_a), (mean_b, covariance_b) = (
        (colours_of(each).mean(axis=0), np.cov(colours_of(each).T)) for each in images
    )
    spread = np.trace(covariance_a + covariance_b - 2 * sqrtm(covariance_a @ covariance_b).real)
    expected = np.square(mean_a - mean_b).sum() + spread
    assert fidelity(["fid"], *images, feature_extractor="mean-colours")["fid"] == pytest.approx(expected, rel=1e-4)


def test_the_kernel_distance_is_the_unbiased_mean_discrepancy(images):
    """All 60 images in every subset, so that nothing is random."""
    a, b = (colours_of(each) for each in images)

    def kernel(x, y):
        return (x @ y.T / 3 + 1) ** 3

    within = sum((kernel(x, x).sum() - np.trace(kernel(x, x))) / (60 * 59) for x in (a, b))
    expected = 1000 * (within - 2 * kernel(a, b).mean())
    assert fidelity(["kid"], *images, feature_extractor="mean-colours")["kid"] == pytest.approx(expected, rel=1e-4)


def test_the_score_is_that_of_the_fakes_alone(images):
    real, fake = images
    found = fidelity(["isc"], real, fake, feature_extractor="mean-colours")
    assert list(found) == ["isc"]
    assert 1 < found["isc"] < 3
    assert found == fidelity(["isc"], real[:2], fake, feature_extractor="mean-colours")


def test_grey_images_count_as_colour(images):
    grey = images[0][..., :1]
    colour = np.repeat(grey, 3, axis=3)
    found = [fidelity(["kid"], images[1], each, feature_extractor="mean-colours") for each in (grey, colour)]
    assert found[0] == found[1]
    assert math.isfinite(found[0]["kid"])


def test_weights_that_cannot_be_downloaded(images, monkeypatch):
    def unreachable(*arguments, **options):
        raise URLError("no route to host")

    monkeypatch.setattr("torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", unreachable)
    with pytest.raises(
        UserError, match=r"`metrics` fid,isc: .* cannot be downloaded \(no route to host\).*checkpoints"
    ):
        fidelity(["fid", "isc"], *images)
