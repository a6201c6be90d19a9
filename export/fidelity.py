"""How close a model's images are to Keras's."""

from dataclasses import dataclass

import numpy as np
from skimage.metrics import structural_similarity

from pgkeras.metrics import sliced_wasserstein

SSIM_WINDOW = 7
SMALLEST_SWD_SIDE = 16


@dataclass(frozen=True)
class Fidelity:
    """Of images to others of the same latents.

    Attributes:
        difference: largest one of a pixel, in grey levels.
        psnr: of the mean squared error of all images, in decibels; None if they are equal.
        ssim: mean structural similarity (Wang et al. 2004; scikit-image, windows of 7 pixels); None below 8x8.
        swd: average sliced Wasserstein distance times 1,000; None below 16x16.
    """

    difference: int
    psnr: float | None
    ssim: float | None
    swd: float | None


def compare(expected: np.ndarray, images: np.ndarray, *, with_distance: bool = True) -> Fidelity:
    """Measures all.

    Args:
        expected: uint8 (number, side, side, channels).
        images: of the same shape.
        with_distance: whether to compute SSIM and SWD too, which take longer.
    """
    pairs = list(zip(expected.astype(np.int16), images.astype(np.int16), strict=True))
    error = float(np.mean([np.square(a - b, dtype=np.int32).mean() for a, b in pairs]))
    difference = max(int(np.abs(a - b).max()) for a, b in pairs)
    psnr = 10 * np.log10(255**2 / error) if error else None
    side = images.shape[1]
    ssim = swd = None
    if with_distance and side >= SSIM_WINDOW:
        each = [structural_similarity(*pair, channel_axis=-1) for pair in zip(expected, images, strict=True)]
        ssim = float(np.mean(each))
    if with_distance and side >= SMALLEST_SWD_SIDE and side & (side - 1) == 0:
        swd = sliced_wasserstein(expected, images)["average"]
    return Fidelity(difference, psnr, ssim, swd)
