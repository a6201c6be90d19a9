"""The metrics by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pgkeras.evaluation import features, inception
from pgkeras.evaluation.names import INCEPTION
from pgkeras.metrics import SlicedWasserstein, variation
from pgkeras.metrics.precision_recall import NEIGHBOURS


@dataclass(frozen=True)
class Known:
    """What was found of real images by their shape, for the next calls: it takes as long as that of the fakes.

    Attributes:
        distances: sliced Wasserstein distances from them, of the last shape only.
        variations: their MS-SSIM.
        features: float32 (images, 1280), what the network sees in them.
    """

    distances: dict[tuple[int, ...], SlicedWasserstein] = field(default_factory=dict)
    variations: dict[tuple[int, ...], float] = field(default_factory=dict)
    features: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)


def check_installed(names: Sequence[str]) -> None:
    """Makes sure, before any long work, that everything is there that metrics need.

    Args:
        names: of NAMES.

    Raises:
        UserError: if a package is missing or damaged.
    """
    if _among(features.NAMES, names):
        features.check_weights()
    by_inception = _among(INCEPTION, names)
    if by_inception:
        inception.check_installed(by_inception)


def least_images(names: Sequence[str]) -> int:
    """How many images of each kind metrics need.

    Args:
        names: of NAMES.

    >>> least_images(["swd", "ms_ssim"]), least_images(["swd", "recall"]), least_images(["isc"])
    (2, 4, 10)
    """
    if "isc" in names:
        return inception.SCORE_SPLITS
    return NEIGHBOURS + 1 if {"precision", "recall"} & set(names) else 2


def measure(names: Sequence[str], real: np.ndarray, fake: np.ndarray, known: Known) -> dict[str, float]:
    """Measures generated images against real ones.

    Args:
        names: of NAMES.
        real: uint8 (images, side, side, channels), in random order.
        fake: of the same shape.
        known: of the same real images, from one call to the next; empty at first.

    Returns:
        The values by name, such as "swd_64", in the order of the metrics.
    """
    values: dict[str, dict[str, float]] = {}
    if "swd" in names:
        if real.shape not in known.distances:
            known.distances.clear()  # 17 MB for each level
            known.distances[real.shape] = SlicedWasserstein(real)
        found = known.distances[real.shape](fake)
        values["swd"] = {f"swd_{resolution}": value for resolution, value in found.items()}
    if "ms_ssim" in names:
        if real.shape not in known.variations:
            known.variations[real.shape] = variation(real)
        values["ms_ssim"] = {"ms_ssim_generated": variation(fake), "ms_ssim_real": known.variations[real.shape]}
    by_features = _among(features.NAMES, names)
    if by_features:
        if real.shape not in known.features:
            known.features[real.shape] = features.features_of(real)
        both = known.features[real.shape], features.features_of(fake)
        values |= {name: {name: features.METRICS[name](*both)} for name in by_features}
    by_inception = _among(INCEPTION, names)
    if by_inception:
        by_name = inception.fidelity(by_inception, real, fake)
        values |= {name: {name: value} for name, value in by_name.items()}
    return {key: value for name in names for key, value in values[name].items()}


def _among(kind: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in kind]
