"""The training schedule as a pure function of the number of real images shown."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Self

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError


@dataclass(frozen=True)
class Phase:
    """A stretch of training with one pair of models: a resolution fading in, or straight.

    Attributes:
        resolution: image side in pixels.
        fade_in: whether the resolution is being faded in.
        images: real images shown in this phase.
        batch_size: real images per update of the discriminator.
        generator_learning_rate: of Adam.
        discriminator_learning_rate: of Adam.
        discriminator_steps: updates of the discriminator in one step.
        final_learning_rate: part of the learning rates that is left at its end.
        final_penalty_weight: part of the penalty's weight that is left at its end.
        ema_decay: of the generator's moving average, per 16 images.
        ema_rampup: part of the images shown at this resolution that its half-life must not exceed; None for no limit.
    """

    resolution: int
    fade_in: bool
    images: int
    batch_size: int
    generator_learning_rate: float
    discriminator_learning_rate: float
    discriminator_steps: int = 1
    final_learning_rate: float = 1.0
    final_penalty_weight: float = 1.0
    ema_decay: float = 0.999
    ema_rampup: float | None = None

    @property
    def images_per_step(self) -> int:
        """Real images shown in one step."""
        return self.batch_size * self.discriminator_steps

    @property
    def name(self) -> str:
        """For people: "8x8 fade-in"."""
        return f"{self.resolution}x{self.resolution} {'fade-in' if self.fade_in else 'straight'}"


@dataclass(frozen=True)
class Position:
    """Where training stands.

    Attributes:
        phase: the current phase.
        index: its index in the schedule.
        start: images shown when it began.
        entered: images shown when its resolution began, with a fade-in if there is one.
        done: how much of the phase is over, from 0 to 1.
    """

    phase: Phase
    index: int
    start: int
    entered: int
    done: float

    @property
    def alpha(self) -> float:
        """How far the resolution has faded in; 1 in straight phases."""
        return self.done if self.phase.fade_in else 1.0

    @property
    def resolution(self) -> int:
        """Image side in pixels."""
        return self.phase.resolution

    @property
    def batch_size(self) -> int:
        """Real images per update of the discriminator."""
        return self.phase.batch_size

    @property
    def generator_learning_rate(self) -> float:
        """Adam's learning rate for the generator."""
        return self.phase.generator_learning_rate * self._annealed(self.phase.final_learning_rate)

    @property
    def discriminator_learning_rate(self) -> float:
        """Adam's learning rate for the discriminator."""
        return self.phase.discriminator_learning_rate * self._annealed(self.phase.final_learning_rate)

    @property
    def penalty_factor(self) -> float:
        """Of the penalty's weight."""
        return self._annealed(self.phase.final_penalty_weight)

    @property
    def ema_decay(self) -> float:
        """Of the generator's moving average, per 16 images.

        The ramp-up is StyleGAN2-ADA's (Karras et al., arXiv 2006.06676, appendix), from each resolution's start: the
        average soon forgets what layers drew before they had learned anything.
        """
        if self.phase.ema_rampup is None:
            return self.phase.ema_decay
        longest = self.phase.ema_rampup * (self.start - self.entered + self.done * self.phase.images)
        return min(self.phase.ema_decay, 0.5 ** (16 / longest)) if longest else 0.0

    def _annealed(self, final: float) -> float:
        """From 1 along half a cosine to what is left at the phase's end."""
        return final + (1 - final) * (1 + math.cos(math.pi * self.done)) / 2


@dataclass(frozen=True)
class Schedule:
    """The phases in order: 4x4 straight, 8x8 fade-in, 8x8 straight, 16x16 fade-in ...

    Args:
        phases: at least one; the last one has no end for `at`.

    >>> config = ProgressiveConfig(resolution=8, straight_kimg=800, fade_in_kimg=800)
    >>> position = Schedule.from_config(config).at(1_200_000)
    >>> position.resolution, position.alpha, position.batch_size
    (8, 0.5, 16)
    """

    phases: Sequence[Phase]

    @classmethod
    def from_config(cls, config: ProgressiveConfig) -> Self:
        """The schedule that a config describes.

        Args:
            config: its straight_kimg, fade_in_kimg, batch_size and learning rates, by resolution. Without growing,
                one straight phase shows as many images as all the phases of growing.

        Raises:
            UserError: if a phase is shorter than one step, or so short that the phase before may step over it.
        """
        phases = []
        for resolution in config.resolutions:
            for fade_in in (True, False) if resolution > 4 else (False,):
                kimg = config.at_resolution("fade_in_kimg" if fade_in else "straight_kimg", resolution)
                if kimg == 0:
                    continue
                phase = Phase(
                    resolution=resolution,
                    fade_in=fade_in,
                    images=round(1000 * kimg),
                    batch_size=config.at_resolution("batch_size", resolution),
                    generator_learning_rate=config.at_resolution("generator_learning_rate", resolution),
                    discriminator_learning_rate=config.at_resolution("discriminator_learning_rate", resolution),
                    discriminator_steps=config.discriminator_steps,
                    ema_decay=config.ema_decay,
                    ema_rampup=config.ema_rampup,
                )
                phases.append(phase)
        annealed = {name: getattr(config, name) for name in ("final_learning_rate", "final_penalty_weight")}
        phases[-1] = replace(phases[-1], **annealed)
        if not config.growing:
            phases = [replace(phases[-1], images=sum(phase.images for phase in phases))]
        for before, phase in zip(phases[:1] + phases, phases, strict=False):
            # A step from the very boundary still belongs to the phase before a fade-in.
            fewest = max(phase.images_per_step, before.images_per_step + phase.fade_in)
            if phase.images < fewest:
                raise UserError(
                    f"{phase.name} shows {phase.images:,} images, and needs {fewest:,} or more for one step; give more "
                    f"`kimg`, `minutes` or `{'fade_in' if phase.fade_in else 'straight'}_kimg`, or lower `batch_size` "
                    "or `resolution`"
                )
        return cls(tuple(phases))

    @cached_property
    def images(self) -> int:
        """Real images shown in all phases together."""
        return sum(phase.images for phase in self.phases)

    def at(self, images_shown: int) -> Position:
        """What holds when so many real images have been shown.

        A fade-in runs over the open interval between its ends: on its first boundary the phase before it still
        holds, as in the official code.

        Args:
            images_shown: 0 or more; past the last phase's end that phase goes on.

        Raises:
            ValueError: if images_shown is negative.
        """
        if images_shown < 0:
            raise ValueError(f"images_shown must be 0 or more; received {images_shown}")
        start = entered = 0
        for index, phase in enumerate(self.phases):
            if index and phase.resolution != self.phases[index - 1].resolution:
                entered = start
            end = start + phase.images
            if self._belongs(images_shown, index, end):
                return Position(phase, index, start, entered, min((images_shown - start) / phase.images, 1.0))
            start = end
        raise ValueError("a schedule needs at least one phase")

    def before(self, images_shown: int) -> Position:
        """Where the step began that ended when so many real images had been shown.

        Args:
            images_shown: 0 or more.
        """
        begins = 0
        while True:
            position = self.at(begins)
            step = position.phase.images_per_step
            ends = begins + self.steps_left(begins) * step
            if images_shown <= ends or self._is_last(position.index):
                return self.at(max(0, images_shown - step))
            begins = ends

    def images_left(self, images_shown: int) -> list[int]:
        """Images of each phase that are still to be shown.

        Args:
            images_shown: 0 or more.

        >>> config = ProgressiveConfig(resolution=8, straight_kimg=800, fade_in_kimg=600)
        >>> Schedule.from_config(config).images_left(1_000_000)
        [0, 400000, 800000]
        """
        ends = accumulate(phase.images for phase in self.phases)
        return [min(max(0, end - images_shown), phase.images) for phase, end in zip(self.phases, ends, strict=True)]

    def steps_left(self, images_shown: int) -> int:
        """Steps from here to the end of the phase that holds here.

        Args:
            images_shown: 0 or more.
        """
        position = self.at(images_shown)
        left = position.start + position.phase.images - images_shown
        steps = -(-left // position.phase.images_per_step)
        reached = images_shown + steps * position.phase.images_per_step
        return max(0, steps + (self.at(reached).index == position.index and not self._is_last(position.index)))

    def part(self, images_shown: int, parts: int) -> tuple[int, int]:
        """Which phase holds, and which of its equal parts: changes at every boundary of a part.

        Args:
            images_shown: 0 or more.
            parts: how many the phase is cut into.
        """
        position = self.at(images_shown)
        part = (images_shown - position.start) * parts // position.phase.images
        return position.index, part if self._is_last(position.index) else min(part, parts - 1)

    def _belongs(self, images_shown: int, index: int, end: int) -> bool:
        if images_shown == end:
            return self._is_last(index) or self.phases[index + 1].fade_in
        return images_shown < end or self._is_last(index)

    def _is_last(self, index: int) -> bool:
        return index == len(self.phases) - 1
