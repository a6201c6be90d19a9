"""How far generated images are from real ones: the paper's metrics, in NumPy."""

from pgkeras.metrics.ms_ssim import ms_ssim
from pgkeras.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = ["ms_ssim", "sliced_wasserstein"]
