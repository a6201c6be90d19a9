"""Distances between images, by hand."""

import numpy as np
import pytest

from export.fidelity import Comparison, Fidelity, compare


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(20, 200, (4, 16, 16, 3), dtype=np.uint8)


def test_equal_images(images):
    fidelity = Comparison(images)(images)
    assert (fidelity.difference, fidelity.psnr) == (0, None)
    assert fidelity.ssim == pytest.approx(1)


def test_one_grey_level_everywhere(images):
    """20 log10(255) = 48.13 dB."""
    fidelity = Comparison(images)(images + 1)
    assert fidelity.difference == 1
    assert fidelity.psnr == pytest.approx(48.1308, abs=1e-4)
    assert 0.99 < fidelity.ssim < 1


def test_one_wrong_pixel_of_many(images):
    """10 log10(255**2 / (100**2 / 3072)) = 43.01 dB: the error of all images is one mean."""
    other = images.copy()
    other[2, 3, 4, 1] = images[2, 3, 4, 1] + 50
    fidelity = Comparison(images)(other)
    assert compare(images, other) == Fidelity(fidelity.difference, fidelity.psnr)
    assert fidelity.psnr == pytest.approx(10 * np.log10(255**2 / (50**2 / images.size)))


def test_other_faces_are_far(images):
    fidelity = Comparison(images)(images[::-1])
    assert fidelity.ssim < 0.3
    assert fidelity.swd > 0


@pytest.mark.parametrize(("side", "ssim", "swd"), [(4, None, None), (8, 1.0, None)])
def test_small_images_have_no_structure_to_compare(side, ssim, swd):
    images = np.zeros((2, side, side, 1), np.uint8)
    fidelity = Comparison(images)(images)
    assert (fidelity.ssim, fidelity.swd) == (ssim, swd)
