"""The way through the latents."""

import numpy as np


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

    >>> latents = closed_loop(100, 2, 16, smoothing=5, seed=0)
    >>> latents.shape, float(np.square(latents).mean().round(3))
    ((100, 2, 16), 1.0)
    """
    noise = np.random.RandomState(seed).randn(frames, images, latent_size)
    gaussian = np.exp(-2 * np.square(np.pi * smoothing * np.fft.rfftfreq(frames)))
    smooth = np.fft.irfft(np.fft.rfft(noise, axis=0) * gaussian[:, None, None], frames, axis=0)
    return (smooth / np.sqrt(np.square(smooth).mean())).astype(np.float32)
