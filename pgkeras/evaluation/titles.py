"""How people read the metrics' values."""

TITLES = {
    "swd_": ("Sliced Wasserstein distance × 1,000", "Smaller is better."),
    "ms_ssim_": ("MS-SSIM", "Likeness of images among themselves: above the real ones' there is too little variation."),
    "frechet_distance": ("Fréchet distance of EfficientNet's features", "Smaller is better."),
    "kernel_distance": ("Kernel distance of EfficientNet's features × 1,000", "Smaller is better."),
    "precision": ("Precision", "Share of generated images that look real; larger is better."),
    "recall": ("Recall", "Share of real images whose like is generated; larger is better."),
    "fid": ("Fréchet Inception distance", "Smaller is better."),
    "kid": ("Kernel Inception distance × 1,000", "Smaller is better."),
    "isc": ("Inception score", "Larger is better."),
}
"""Title and direction by the beginning of the values' names."""


def beginning(name: str) -> str:
    """The key of TITLES that a value's name begins with; an unknown name itself.

    Args:
        name: as `measure` gives it.

    >>> beginning("swd_average"), beginning("precision"), beginning("loss")
    ('swd_', 'precision', 'loss')
    """
    return next((each for each in TITLES if name.startswith(each)), name)
