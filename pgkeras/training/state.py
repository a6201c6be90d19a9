"""Everything that training changes, in one place: what a checkpoint holds."""

from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from pgkeras.augmentation import Augmentation
from pgkeras.backends import Devices, Precision, backend
from pgkeras.config import ProgressiveConfig
from pgkeras.gan import ProgressiveGAN
from pgkeras.losses import LOSSES
from pgkeras.networks import StagePair, build_discriminators, build_generators
from pgkeras.schedule import Phase, Position
from pgkeras.training.precision import POLICIES


@dataclass
class Progress:
    """How far training has come; JSON in the checkpoint.

    Attributes:
        images_shown: real images so far.
        backend: of Keras, that the last step was computed with.
        seconds: time spent in training steps so far, over all sessions of the run.
        phase: index of the phase whose optimizer state is loaded; -1 before the first.
        tick_steps: steps since the last line of statistics.
        tick_seconds: time they took.
        tick_sums: sums of their values, without those of steps that overflowed.
        tick_overflows: how many of them did.
        overflows_in_a_row: how many of the last steps did.
        rollbacks: times that training has failed and gone back to a checkpoint; each halves the learning rates.
        rolled_back_to: images shown at the checkpoint of the last rollback.
        suspicious_since: what the watchdog has seen in every tick since so many images had been shown.
        best_variance: the generated images' largest variance so far, as a part of the real ones'.
        started_from: resolutions whose networks and moving average were trained when the run began.
    """

    images_shown: int = 0
    backend: str = field(default_factory=keras.backend.backend)
    seconds: float = 0.0
    phase: int = -1
    tick_steps: int = 0
    tick_seconds: float = 0.0
    tick_sums: dict[str, float] = field(default_factory=dict)
    tick_overflows: int = 0
    overflows_in_a_row: int = 0
    rollbacks: int = 0
    rolled_back_to: int = -1
    suspicious_since: dict[str, int] = field(default_factory=dict)
    best_variance: float = 0.0
    started_from: list[int] = field(default_factory=list)

    @property
    def learning_rate_factor(self) -> float:
        """Of the schedule's learning rates: 1, halved by each rollback."""
        return 0.5**self.rollbacks


class TrainingState:
    """The networks of all resolutions, their moving average, the optimizers, the random state and the progress.

    Args:
        config: of the run; its seed decides the first weights.
        precision: of the trained networks; the moving average is float32.
        devices: that train it, from `choose_devices`; None for one.
    """

    def __init__(self, config: ProgressiveConfig, precision: Precision, devices: Devices | None = None) -> None:
        keras.utils.set_random_seed(config.seed)
        self.devices = devices or backend.Devices()
        self.precision = precision
        self.config = config
        self.progress = Progress()
        self._gans: dict[tuple[int, bool], ProgressiveGAN] = {}
        with self.devices.scope():
            self._make_variables(POLICIES[precision])

    def _make_variables(self, dtype: str) -> None:
        config = self.config
        self.generators = build_generators(config, dtype)
        self.discriminators = build_discriminators(config, dtype)
        self.ema_generators = build_generators(config)
        for average, variable in zip(_variables(self.ema_generators), _variables(self.generators), strict=True):
            average.assign(ops.copy(variable))
        self.generator_optimizer = self._adam(self.generators, "generator_optimizer")
        self.discriminator_optimizer = self._adam(self.discriminators, "discriminator_optimizer")
        self.seed_generator = keras.random.SeedGenerator(config.seed)
        self.augmentation = _augmentation(config)

    def gan(self, phase: Phase) -> ProgressiveGAN:
        """What trains a phase, made once.

        Args:
            phase: of the schedule.
        """
        key = (phase.resolution, phase.fade_in)
        if key not in self._gans:
            self._gans[key] = ProgressiveGAN(
                self.generators[phase.resolution],
                self.discriminators[phase.resolution],
                self.ema_generators[phase.resolution],
                self.generator_optimizer,
                self.discriminator_optimizer,
                LOSSES[self.config.loss],
                fade_in=phase.fade_in,
                seed_generator=self.seed_generator,
                devices=self.devices,
                penalty_weight=self.config.at_resolution("penalty_weight", phase.resolution),
                penalty_interval=self.config.penalty_interval,
                drift_weight=self.config.drift_weight,
                label_weight=self.config.label_weight,
                discriminator_steps=self.config.discriminator_steps,
                generator_steps=self.config.generator_steps,
                augmentation=self.augmentation,
                micro_batches=self.config.at_resolution("micro_batches", phase.resolution),
            )
        return self._gans[key]

    def set_micro_batches(self, resolution: int, number: int) -> None:
        """Sets into how many parts a device's batch is dealt at one resolution, from its next step's tracing on.

        Args:
            resolution: image side in pixels.
            number: of parts.
        """
        config = self.config
        numbers = {each: config.at_resolution("micro_batches", each) for each in config.resolutions}
        if numbers[resolution] != number:
            self.config = config.model_copy(update={"micro_batches": numbers | {resolution: number}})
            self._gans = {key: gan for key, gan in self._gans.items() if key[0] != resolution}

    def reset_optimizers(self) -> None:
        """Forgets the optimizers' moments, as the official code does whenever the networks change."""
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            adam = optimizer.inner_optimizer if self.precision == "float16" else optimizer
            for variable in adam.variables:
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def follow_learning_rates(self, position: Position) -> None:
        """Sets the schedule's learning rates, halved for each rollback.

        Args:
            position: in the schedule.
        """
        factor = self.progress.learning_rate_factor
        self.set_learning_rates(
            factor * position.generator_learning_rate, factor * position.discriminator_learning_rate
        )

    def ema_decay(self, position: Position) -> float:
        """Of the moving average: the schedule's, without a ramp-up where it was trained when the run began.

        Args:
            position: in the schedule.
        """
        trained = position.resolution in self.progress.started_from
        return position.phase.ema_decay if trained else position.ema_decay

    def set_learning_rates(self, generator: float, discriminator: float) -> None:
        """Assigns both learning rates; a compiled step does not retrace.

        Args:
            generator: its optimizer's.
            discriminator: its optimizer's.
        """
        self.generator_optimizer.learning_rate = generator
        self.discriminator_optimizer.learning_rate = discriminator

    def variables(self) -> dict[str, keras.Variable]:
        """All variables by a name that is stable from run to run."""
        groups = {
            "generator": _variables(self.generators),
            "discriminator": _variables(self.discriminators),
            "ema_generator": _variables(self.ema_generators),
            "generator_optimizer": self.generator_optimizer.variables,
            "discriminator_optimizer": self.discriminator_optimizer.variables,
        }
        named = {f"{group}/{variable.path}": variable for group, members in groups.items() for variable in members}
        named["seed_generator"] = self.seed_generator.state
        if self.augmentation:
            named["augmentation_probability"] = self.augmentation.probability
        return named

    def _adam(self, pairs: dict[int, StagePair], name: str) -> keras.Optimizer:
        optimizer = backend.adam(
            beta_1=self.config.adam_beta1, beta_2=self.config.adam_beta2, epsilon=self.config.adam_epsilon, name=name
        )
        if self.precision == "float16":
            optimizer = backend.loss_scaled(optimizer, name=f"{name}_scale")
        optimizer.build([variable for variable in _variables(pairs) if variable.trainable])
        return optimizer


def _augmentation(config: ProgressiveConfig) -> Augmentation | None:
    if not config.augmentation:
        return None
    probability = 1.0 if config.augmentation_probability is None else config.augmentation_probability
    return Augmentation(
        config.augmentation,
        probability=0.0 if config.augmentation_target else probability,
        target=config.augmentation_target,
        images_to_full=1000 * config.augmentation_kimg,
    )


def _variables(pairs: dict[int, StagePair]) -> list[keras.Variable]:
    """The variables of all pairs, each once: pairs share their layers."""
    unique = {id(variable): variable for pair in pairs.values() for variable in pair.variables}
    return list(unique.values())
