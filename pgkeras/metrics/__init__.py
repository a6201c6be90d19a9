"""How far generated images are from real ones, in NumPy: of pixels, and of the features that a network sees in them."""

from pgkeras.metrics.frechet_distance import frechet_distance
from pgkeras.metrics.kernel_distance import kernel_distance
from pgkeras.metrics.ms_ssim import ms_ssim, variation
from pgkeras.metrics.precision_recall import precision, recall
from pgkeras.metrics.sliced_wasserstein import SlicedWasserstein, sliced_wasserstein

__all__ = [
    "SlicedWasserstein",
    "frechet_distance",
    "kernel_distance",
    "ms_ssim",
    "precision",
    "recall",
    "sliced_wasserstein",
    "variation",
]
