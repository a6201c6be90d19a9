"""The same numbers as the official metrics give on the same images."""

import numpy as np
import pytest

from pgkeras.metrics import ms_ssim, sliced_wasserstein
from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid


@pytest.fixture(scope="module")
def official(reference):
    return np.load(reference / "metrics.npz")


def test_laplacian_levels(official):
    for index, level in enumerate(laplacian_pyramid(official["laplacian_input"], 3)):
        np.testing.assert_allclose(level, official[f"laplacian_{index}"], atol=1e-4)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("A", "B", "msssim_64_A_B"), ("A", "noisy", "msssim_64_A_noisy"), ("msssim_128_a", "msssim_128_b", "msssim_128")],
)
def test_ms_ssim(official, a, b, expected):
    assert ms_ssim(official[a][:64], official[b][:64]) == pytest.approx(float(official[expected]), abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("other", "expected"), [("B", "swd_A_vs_B"), ("A", "swd_A_vs_same")])
def test_sliced_wasserstein_within_three_standard_deviations(official, other, expected):
    """The official numbers are means of five runs with other random patches and directions, and so are ours."""
    runs = [sliced_wasserstein(official["A"], official[other], seed=seed) for seed in range(5)]
    assert list(runs[0]) == [64, 32, 16, "average"]
    difference = np.abs(np.mean([list(run.values()) for run in runs], axis=0) - official[expected])
    assert (difference < 3 * official[f"{expected}_std"]).all()
