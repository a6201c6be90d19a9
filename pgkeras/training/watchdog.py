"""Notices training that has failed, from what a step or a tick reports."""

import math
from collections.abc import Mapping

from pgkeras.config import WASSERSTEIN, ProgressiveConfig
from pgkeras.schedule import Position
from pgkeras.training.state import Progress

# Real and fake scores of a critic without sudden changes are at most as far apart as the images themselves: two images
# of values in [-1, 1] differ by at most 2 in each. Wasserstein scores beyond that have lost their meaning.
LARGEST_DIFFERENCE = 2.0
# A difference of logits at which a fake passes for real once in 10^13.
LARGEST_LOGITS = 30.0
COLLAPSED = 0.05
# In short runs a tick is a few steps, and a generator that has seen no more photos than these may still find its way.
LASTING_IMAGES = 20_000
# In each step that overflows, float16's loss scale halves and the weights stay: a scale that was a million times too
# large fits after so many, and more of them in a row have another cause.
MOST_OVERFLOWS = 20


class DivergedError(Exception):
    """Training has failed: the message says in plain words how."""


class Watchdog:
    """Tells when training has failed: numbers not finite, a discriminator that has won, a generator that collapsed.

    Losses and scores are looked at in every step; in float16, some steps in a row may overflow while the loss scale
    falls. That the discriminator has won, or the generator collapsed, is decided when the means of all ticks in 20,000
    images, two ticks at least, say so; the latter never of parts of one image, which have no variance.

    Args:
        config: of the run.
        progress: remembers what the watchdog has seen, so that a resumed run goes on with it.
    """

    def __init__(self, config: ProgressiveConfig, progress: Progress) -> None:
        self.wasserstein = config.loss in WASSERSTEIN
        self.channels = config.channels
        self.most_overflows = MOST_OVERFLOWS if config.precision == "float16" else 0
        self.progress = progress

    def check_step(self, values: Mapping[str, float]) -> bool:
        """Looks at one step.

        Args:
            values: its losses and scores.

        Returns:
            Whether all of them are finite.

        Raises:
            DivergedError: if one is not, and the loss scale cannot be the cause.
        """
        strange = {name: value for name, value in values.items() if not math.isfinite(value)}
        overflows = self.progress.overflows_in_a_row = self.progress.overflows_in_a_row + 1 if strange else 0
        if overflows > self.most_overflows:
            name, value = next(iter(strange.items()))
            raise DivergedError(f"the {name.replace('_', ' ')} is {value}")
        return not strange

    def check_tick(self, means: Mapping[str, float], position: Position) -> None:
        """Looks at the means of a tick.

        Args:
            means: of real_score, fake_score, real_variance and fake_variance.
            position: where the tick ended.

        Raises:
            DivergedError: if the discriminator has won or the generator has collapsed.
        """
        gap = means["real_score"] - means["fake_score"]
        limit = self._largest_gap(position.resolution)
        if self._suspicious("won", gap > limit):
            raise DivergedError(
                f"the discriminator has won: its scores of real and generated images are {gap:.0f} apart, more than "
                f"the {limit:.0f} that can mean anything"
            )
        if not means["real_variance"]:
            return
        variance = means["fake_variance"] / means["real_variance"]
        best = self.progress.best_variance = max(self.progress.best_variance, variance)
        if self._suspicious("collapsed", variance < COLLAPSED * min(best, 1.0)):
            raise DivergedError(
                f"the generator has collapsed: its images vary {variance:.1%} as much as real ones, after "
                f"{best:.0%} before"
            )

    def _largest_gap(self, resolution: int) -> float:
        if self.wasserstein:
            return LARGEST_DIFFERENCE * resolution * math.sqrt(self.channels)
        return LARGEST_LOGITS

    def _suspicious(self, what: str, now: bool) -> bool:
        """Whether all ticks of the last images, this one too, gave cause."""
        since, shown = self.progress.suspicious_since, self.progress.images_shown
        if not now:
            since.pop(what, None)
        return now and shown - since.setdefault(what, shown) >= LASTING_IMAGES
