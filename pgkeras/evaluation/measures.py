"""The metrics by name."""

from collections.abc import Sequence

import numpy as np

from pgkeras.data.views import Selected
from pgkeras.errors import UserError
from pgkeras.evaluation import fidelity
from pgkeras.metrics import ms_ssim, sliced_wasserstein

DEFAULTS = ("swd", "ms_ssim")
NAMES = (*DEFAULTS, *fidelity.NAMES)
SMALLEST_SIDE = 16
MOST_PAIRS = 10_000


def is_measurable(side: int) -> bool:
    """Whether the metrics are defined for images of this side: a power of two from 16 on.

    Args:
        side: in pixels.
    """
    return side >= SMALLEST_SIDE and side & (side - 1) == 0


def parse_names(text: str) -> list[str]:
    """Reads "swd,fid".

    Args:
        text: names of NAMES, separated by commas.

    Raises:
        UserError: if one is unknown, or needs a package that is missing.
    """
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in NAMES:
            raise UserError(f"--metrics {text}: {name!r} is unknown; choose from {', '.join(NAMES)}")
    by_inception = _by_inception(names)
    if by_inception:
        fidelity.check_installed(by_inception)
    return names


def measure(
    names: Sequence[str], real: np.ndarray, fake: np.ndarray, variations: dict[tuple[int, ...], float]
) -> dict[str, float]:
    """Measures generated images against real ones.

    Args:
        names: of NAMES.
        real: uint8 (images, side, side, channels), in random order.
        fake: of the same shape.
        variations: MS-SSIM of the real images by their shape, kept from one call to the next: it takes as long as that
            of the fakes.

    Returns:
        The values by name, such as "swd_64", in the order of the metrics.
    """
    values: dict[str, dict[str, float]] = {}
    if "swd" in names:
        values["swd"] = {f"swd_{resolution}": value for resolution, value in sliced_wasserstein(real, fake).items()}
    if "ms_ssim" in names:
        if real.shape not in variations:
            variations[real.shape] = _variation(real)
        values["ms_ssim"] = {"ms_ssim_generated": _variation(fake), "ms_ssim_real": variations[real.shape]}
    by_inception = _by_inception(names)
    if by_inception:
        found = fidelity.fidelity(by_inception, real, fake)
        values |= {name: {name: value} for name, value in found.items()}
    return {key: value for name in names for key, value in values[name].items()}


def _by_inception(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in fidelity.NAMES]


def _variation(images: np.ndarray) -> float:
    pairs = random_pairs(len(images), MOST_PAIRS)
    return ms_ssim(*(Selected(images, each) for each in pairs))


def random_pairs(number: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Random pairs of different things, no pair twice: as many as asked for, or as there are.

    Args:
        number: of things, at least 2.
        most: of pairs.

    Returns:
        int64 (pairs,) twice: the first and the second of each pair.

    >>> [len(random_pairs(number, 3)[0]) for number in (2, 3, 100)]
    [1, 3, 3]
    """
    order = np.random.default_rng(0).permutation(number)
    distances = range(1, number // 2 + 1)[: -(-most // number)]
    pairs = np.concatenate([np.stack([order, np.roll(order, -distance)]) for distance in distances], axis=1)
    first, second = pairs[:, : min(most, number * (number - 1) // 2)]
    return first, second
