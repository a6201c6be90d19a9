"""What the metrics say of sets that a person can rank, and values by hand."""

import importlib

import numpy as np
import pytest

from pgkeras.metrics import SlicedWasserstein, ms_ssim, sliced_wasserstein, variation
from pgkeras.metrics.laplacian_pyramid import laplacian_pyramid
from pgkeras.metrics.sliced_wasserstein import BINS, _area, _bins


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


def test_counting_finds_the_mean_distance_of_sorted_values():
    random = np.random.default_rng(0)
    for shift, scale in [(0, 1), (0.75, 1), (-0.1, 3)]:
        a, b = random.standard_t(3, 5000), shift + scale * random.standard_t(3, 5000)
        expected = np.abs(np.sort(a) - np.sort(b)).mean()
        counts = [np.bincount(_bins(values), minlength=BINS) for values in (a, b)]
        assert _area((counts[0] - counts[1])[None] / 5000) == pytest.approx(expected, rel=2e-3)


def test_every_value_has_a_bin():
    assert _bins(np.array([-1e30, -1e4, 0, 1e4, 1e30], np.float32)).tolist() == [0, 0, BINS // 2, BINS - 1, BINS - 1]


def test_against_the_definition(textures, monkeypatch):
    """All patches of all images, normalized, projected and sorted; ours takes 400 of the 676 of each image."""
    three_batches = 7 * 32 * 32
    monkeypatch.setattr(importlib.import_module("pgkeras.metrics.sliced_wasserstein"), "BATCH_PIXELS", three_batches)
    real, fake = textures[:20], np.roll(textures[40:60], 1, axis=3)
    axes = np.random.default_rng(7).normal(size=(500, 147))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    projections = []
    for images in (real, fake):
        details = laplacian_pyramid(images, 2)[0]
        patches = np.lib.stride_tricks.sliding_window_view(details, (7, 7), axis=(1, 2))
        patches = (patches - patches.mean(axis=(0, 1, 2, 4, 5), keepdims=True)) / patches.std(
            axis=(0, 1, 2, 4, 5), keepdims=True
        )
        projections.append(np.sort(patches.reshape(-1, 147) @ axes.T, axis=0))
    expected = 1000 * np.abs(projections[0] - projections[1]).mean()
    found = sliced_wasserstein(real, fake, patches_per_image=400, directions=125)
    assert found[32] == pytest.approx(expected, rel=0.03)


def test_images_without_any_detail_have_a_distance():
    grey, other = np.full((4, 16, 16, 3), 100, np.uint8), np.full((4, 16, 16, 3), 200, np.uint8)
    assert sliced_wasserstein(grey, other)["average"] == pytest.approx(0, abs=0.01)


def noisy(images: np.ndarray, deviation: float) -> np.ndarray:
    return np.clip(images + np.random.default_rng(1).normal(0, deviation, images.shape), 0, 255).astype(np.uint8)


def blurred(images: np.ndarray, times: int) -> np.ndarray:
    means = images.astype(float)
    for _ in range(times):
        means = (means + np.roll(means, 1, axis=1) + np.roll(means, 1, axis=2)) / 3
    return means.astype(np.uint8)


def hue_shifted(images: np.ndarray, part: float) -> np.ndarray:
    return ((1 - part) * images + part * np.roll(images, 1, axis=3)).astype(np.uint8)


def collapsed(images: np.ndarray, kept: int) -> np.ndarray:
    return np.resize(images[:kept], images.shape)


@pytest.mark.parametrize(
    ("worsen", "degrees"), [(noisy, (8, 40)), (blurred, (1, 4)), (hue_shifted, (0.4, 1)), (collapsed, (8, 1))]
)
def test_sets_are_ranked_as_people_would(textures, worsen, degrees):
    """The set itself, with other patches, is nearest; then comes what is a little worse, then what is much worse."""
    images = textures // np.array([1, 2, 4], np.uint8)  # most of them reddish, so that hues say something
    sets = [images, *(worsen(images, degree) for degree in degrees)]
    distances = [sliced_wasserstein(images, each, patches_per_image=32, directions=32)["average"] for each in sets]
    assert distances == sorted(distances)
    assert distances[2] > 1.3 * distances[0]


def test_the_same_reals_serve_several_sets(textures):
    real, *fakes = textures[:20], textures[20:40], textures[40:60]
    from_real = SlicedWasserstein(real, directions=16)
    for fake in fakes:
        assert from_real(fake) == sliced_wasserstein(real, fake, directions=16)
    with pytest.raises(ValueError, match="must have one shape"):
        from_real(textures[:19])


def test_ms_ssim_ranks(textures):
    assert ms_ssim(textures, textures) == pytest.approx(1)
    noisy = np.clip(textures + np.random.default_rng(2).normal(0, 20, textures.shape), 0, 255).astype(np.uint8)
    assert 1 > ms_ssim(textures, noisy) > ms_ssim(textures, textures[::-1])


@pytest.mark.parametrize("number", [2, 3, 40])
def test_variation_is_the_mean_of_all_pairs(textures, number, monkeypatch):
    monkeypatch.setattr(importlib.import_module("pgkeras.metrics.ms_ssim"), "BATCH_PIXELS", 7 * 32 * 32)
    first, second = np.triu_indices(number, 1)
    assert variation(textures[:number]) == pytest.approx(ms_ssim(textures[first], textures[second]))


def test_most_pairs_are_each_image_with_those_after_it_in_a_random_order(textures, monkeypatch):
    """50 pairs of 20 images: two neighbours of each, the third of half of them."""
    monkeypatch.setattr(importlib.import_module("pgkeras.metrics.ms_ssim"), "BATCH_PIXELS", 7 * 32 * 32)
    order = np.random.default_rng(0).permutation(20)
    first = np.concatenate([order, order, order[:10]])
    second = np.concatenate([np.roll(order, -1), np.roll(order, -2), np.roll(order, -3)[:10]])
    assert variation(textures[:20], 50) == pytest.approx(ms_ssim(textures[first], textures[second]))


@pytest.mark.parametrize("shape", [(4, 16, 32, 3), (4, 24, 24, 3), (4, 8, 8, 3)])
def test_sides_must_be_powers_of_two(shape):
    images = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match="power of two"):
        sliced_wasserstein(images, images)


def test_shapes_must_agree():
    for metric in (sliced_wasserstein, ms_ssim):
        with pytest.raises(ValueError, match="one shape"):
            metric(np.zeros((2, 16, 16, 3), np.uint8), np.zeros((3, 16, 16, 3), np.uint8))
