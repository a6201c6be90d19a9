"""What the metrics say of sets that a person can rank, and values by hand."""

import numpy as np
import pytest

from pgkeras.metrics import ms_ssim, sliced_wasserstein
from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid
from pgkeras.metrics.sliced_wasserstein import _distance


@pytest.fixture(scope="module")
def textures() -> np.ndarray:
    """Waves of random frequency, direction and colour."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:32, :32]
    fx, fy, phase = random.uniform(0.2, 1.2, (3, 192, 1, 1, 1))
    colour = random.uniform(0.3, 1, (192, 1, 1, 3))
    wave = np.sin(fx * x[None, :, :, None] + fy * y[None, :, :, None] + 6 * phase)
    return (127.5 + 127 * wave * colour).astype(np.uint8)


def test_a_flat_image_has_no_details():
    details, smaller = laplacian_pyramid(np.full((1, 16, 16, 3), 100, np.uint8), 2)
    np.testing.assert_allclose(details, 0, atol=1e-4)
    np.testing.assert_allclose(smaller, 100, atol=1e-4)


def test_levels_add_up_to_the_image(textures):
    """What is left of an image without its details is the smaller image, enlarged: zero details enlarge it again."""
    details, smaller = laplacian_pyramid(textures[:4], 2)
    y = np.zeros((4, 32, 32, 3), np.float32)
    y[:, ::2, ::2] = smaller
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 64
    padded = np.pad(y, ((0, 0), (2, 2), (2, 2), (0, 0)), "reflect")
    enlarged = sum(kernel[i, j] * padded[:, i : i + 32, j : j + 32] for i in range(5) for j in range(5))
    np.testing.assert_allclose(details + enlarged, textures[:4], atol=1e-3)


def test_distance_of_shifted_points_is_the_mean_projection_of_the_shift():
    """In one dimension every direction is 1 or -1: the distance is the shift."""
    points = np.random.default_rng(0).normal(size=(50, 1)).astype(np.float32)
    assert _distance(points, points + 0.75, 8, 2, np.random.default_rng(0)) == pytest.approx(0.75, rel=1e-5)


def test_worse_sets_are_farther(textures):
    random = np.random.default_rng(1)
    half, other = textures[:96], textures[96:]
    noise = np.clip(other + random.normal(0, 25, other.shape), 0, 255).astype(np.uint8)
    blurred = (other.astype(float) + np.roll(other, 1, axis=1) + np.roll(other, 1, axis=2)) / 3
    collapsed = np.repeat(other[:1], 96, axis=0)
    floor = sliced_wasserstein(half, other, patches_per_image=32)["average"]
    for worse in (noise, blurred.astype(np.uint8), collapsed):
        assert sliced_wasserstein(half, worse, patches_per_image=32)["average"] > floor


def test_ms_ssim_ranks(textures):
    assert ms_ssim(textures, textures) == pytest.approx(1)
    noisy = np.clip(textures + np.random.default_rng(2).normal(0, 20, textures.shape), 0, 255).astype(np.uint8)
    assert 1 > ms_ssim(textures, noisy) > ms_ssim(textures, textures[::-1])


@pytest.mark.parametrize("shape", [(4, 16, 32, 3), (4, 24, 24, 3), (4, 8, 8, 3)])
def test_sides_must_be_powers_of_two(shape):
    images = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match="power of two"):
        sliced_wasserstein(images, images)


def test_shapes_must_agree():
    for metric in (sliced_wasserstein, ms_ssim):
        with pytest.raises(ValueError, match="one shape"):
            metric(np.zeros((2, 16, 16, 3), np.uint8), np.zeros((3, 16, 16, 3), np.uint8))
