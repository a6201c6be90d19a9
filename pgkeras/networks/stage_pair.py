"""The two models of one resolution."""

from dataclasses import dataclass

import keras

from pgkeras.layers import Fade


@dataclass(frozen=True)
class StagePair:
    """The straight model of a resolution and the model that fades it in (Figure 2 of the paper).

    Attributes:
        straight: the network at this resolution.
        fade_in: the same layers, plus the previous resolution's output blended in by `alpha`; None at 4x4.
        fade: the layer that blends; None at 4x4.
    """

    straight: keras.Model
    fade_in: keras.Model | None = None
    fade: Fade | None = None

    @property
    def alpha(self) -> keras.Variable | None:
        """How much of this resolution shows: 0 = previous resolution, 1 = straight. Assigning it never retraces."""
        return self.fade and self.fade.alpha

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable of either model, once."""
        return (self.fade_in or self.straight).variables
