"""The way through the latents."""

import numpy as np

from pgkeras.errors import UserError

MOST_BYTES = 2**31


def closed_loop(frames: int, images: int, latent_size: int, smoothing: float, seed: int) -> np.ndarray:
    """Latents that wander smoothly and end where they began.

    As in the official code, noise is filtered over time by a Gaussian that wraps around the end, and scaled back to a
    mean square of 1: the latents of each frame are as good as newly drawn ones, which those on a straight line between
    two are not.

    Args:
        frames: of the video.
        images: in each frame.
        latent_size: components of a latent.
        smoothing: standard deviation of the Gaussian, in frames.
        seed: from 0 to 2**32 - 1.

    Returns:
        float32 (frames, images, latent_size).

    Raises:
        UserError: if that is more than 2 GB.

    >>> latents = closed_loop(100, 2, 16, smoothing=5, seed=0)
    >>> latents.shape, float(np.square(latents).mean().round(3))
    ((100, 2, 16), 1.0)
    """
    size = 4 * frames * images * latent_size
    if size > MOST_BYTES:
        raise UserError(
            f"the latents of {images:,} images in {frames:,} frames take {size / 1e9:,.0f} GB; give fewer `seconds`, a "
            "lower `fps` or a smaller `grid`"
        )
    random = np.random.RandomState(seed)
    latents = np.empty((frames, images, latent_size), np.float32)
    for frame in latents:
        frame[:] = random.randn(images, latent_size)
    gaussian = np.exp(-2 * np.square(np.pi * smoothing * np.fft.rfftfreq(frames)))[:, None]
    squares = 0.0
    for image in range(images):
        smooth = np.fft.irfft(np.fft.rfft(latents[:, image], axis=0) * gaussian, frames, axis=0)
        squares += np.square(smooth, dtype=np.float64).sum()
        latents[:, image] = smooth
    latents /= np.sqrt(squares / latents.size)
    return latents
