"""Which metrics there are, and of which images."""

from typing import get_args

from pgkeras.config import Metric
from pgkeras.errors import UserError

DEFAULTS = ("swd", "ms_ssim")
INCEPTION = ("fid", "kid", "isc")
"""By torch-fidelity; too slow to measure at every snapshot."""
NAMES = (*get_args(Metric), *INCEPTION)
SMALLEST_SIDE = 16


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
        UserError: if one is unknown.
    """
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in NAMES:
            raise UserError(f"`metrics` {text}: {name!r} is unknown; choose from {', '.join(NAMES)}")
    return names
