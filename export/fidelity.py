"""How close a model's images are to Keras's."""

from dataclasses import dataclass, replace

import numpy as np
from skimage.metrics import structural_similarity

from pgkeras.metrics import SlicedWasserstein

SSIM_WINDOW = 7
SMALLEST_SWD_SIDE = 16


@dataclass(frozen=True)
class Fidelity:
    """Of images to others of the same latents.

    Attributes:
        difference: largest one of a pixel, in grey levels.
        psnr: of the mean squared error of all images, in decibels; None if they are equal.
        ssim: mean structural similarity (Wang et al. 2004; scikit-image, windows of 7 pixels); None below 8x8, or if it
            was not measured.
        swd: average sliced Wasserstein distance times 1,000; likewise, below 16x16.
    """

    difference: int
    psnr: float | None
    ssim: float | None = None
    swd: float | None = None


def compare(expected: np.ndarray, images: np.ndarray) -> Fidelity:
    """Measures pixels.

    Args:
        expected: uint8 (number, side, side, channels).
        images: of the same shape.
    """
    errors, difference = [], 0
    for pair in zip(expected, images, strict=True):
        apart = np.abs(np.subtract(*pair, dtype=np.int16))
        errors.append(np.square(apart, dtype=np.int32).mean())
        difference = max(difference, int(apart.max()))
    error = float(np.mean(errors))
    psnr = 10 * np.log10(255**2 / error) if error else None
    return Fidelity(difference, psnr)


class Comparison:
    """Measures SSIM and SWD, too, of many models' images.

    Args:
        expected: uint8 (number, side, side, channels), Keras's.
    """

    def __init__(self, expected: np.ndarray) -> None:
        self._expected = expected
        side = expected.shape[1]
        self._with_ssim = side >= SSIM_WINDOW
        with_swd = side >= SMALLEST_SWD_SIDE and side & (side - 1) == 0
        self._distance = SlicedWasserstein(expected) if with_swd else None

    def __call__(self, images: np.ndarray) -> Fidelity:
        """All of one model's.

        Args:
            images: of the same shape.
        """
        pairs = zip(self._expected, images, strict=True)
        each = [structural_similarity(*pair, channel_axis=-1) for pair in pairs] if self._with_ssim else None
        swd = self._distance(images)["average"] if self._distance else None
        return replace(compare(self._expected, images), ssim=each and float(np.mean(each)), swd=swd)

    def swd_of_equals(self) -> float | None:
        """What `swd` is for Keras's images themselves, whose patches are drawn at random; None below 16x16."""
        return self._distance(self._expected)["average"] if self._distance else None
