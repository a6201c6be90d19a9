"""One phase of progressive growing as a `keras.Model`: it knows networks and losses, no files and no schedule."""

import keras
import tensorflow as tf
from keras import ops

from pgkeras.losses import Loss
from pgkeras.networks import StagePair


class ProgressiveGAN(keras.Model):
    """Trains the generator and the discriminator of one resolution, fading in or straight.

    Call `compile`, then `fit` on batches of real images (batch, side, side, channels) in [-1, 1]. One step updates the
    discriminator once, then the generator once, then the moving average of the generator's weights.

    Args:
        generator: the pair to train.
        discriminator: the pair of the same resolution.
        ema_generator: a pair of the same architecture that holds the moving average.
        fade_in: train the pairs' fade_in models instead of the straight ones.
        seed_generator: source of latents and mixing points; its state is a variable, so it can be saved.

    Raises:
        ValueError: if fade_in is asked for at 4x4.
    """

    def __init__(
        self,
        generator: StagePair,
        discriminator: StagePair,
        ema_generator: StagePair,
        *,
        fade_in: bool,
        seed_generator: keras.random.SeedGenerator,
    ) -> None:
        super().__init__()
        if fade_in and generator.fade_in is None:
            raise ValueError("fade_in=True: the first resolution, 4x4, has nothing to fade in from")
        self.generator = generator.fade_in if fade_in else generator.straight
        self.discriminator = discriminator.fade_in if fade_in else discriminator.straight
        self.ema_generator = ema_generator.fade_in if fade_in else ema_generator.straight
        self.fades = [generator.fade, discriminator.fade, ema_generator.fade] if fade_in else []
        self.seed_generator = seed_generator

    def compile(
        self,
        generator_optimizer: keras.Optimizer,
        discriminator_optimizer: keras.Optimizer,
        loss: Loss,
        *,
        penalty_weight: float | None = None,
        penalty_interval: int = 1,
        drift_weight: float | None = None,
        ema_decay: float = 0.999,
    ) -> None:
        """Sets what a step optimizes.

        Args:
            generator_optimizer: for the generator's variables.
            discriminator_optimizer: for the discriminator's variables.
            loss: an entry of `pgkeras.losses.LOSSES`.
            penalty_weight: of the gradient penalty; None for the loss's own.
            penalty_interval: steps from one penalty to the next, each weighted by the interval (Karras et al., arXiv
                1912.04958, appendix B).
            drift_weight: of the real scores' mean square; None for the loss's own.
            ema_decay: of the generator's moving average, per step at batch 16; other batches decay by images shown.
        """
        super().compile(jit_compile=False)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.adversarial_loss = loss
        self.penalty_weight = loss.penalty_weight if penalty_weight is None else penalty_weight
        self.penalty_interval = penalty_interval
        self.drift_weight = loss.drift_weight if drift_weight is None else drift_weight
        self.ema_decay = ema_decay

    def set_alpha(self, alpha: float) -> None:
        """Sets how far the resolution has faded in, in all networks.

        Args:
            alpha: from 0 (previous resolution) to 1 (straight); without effect on straight models.
        """
        for fade in self.fades:
            fade.alpha.assign(alpha)

    def train_step(self, reals: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update of the discriminator, the generator and the moving average.

        Args:
            reals: (batch, side, side, channels) in [-1, 1].

        Returns:
            The step's losses and mean scores.
        """
        batch_size = reals.shape[0]
        if self.fades:
            reals = self._fade_reals(reals)
        values = self._update_discriminator(reals) | self._update_generator(batch_size)
        self._update_average(self.ema_decay ** (batch_size / 16))
        return values

    def _update_discriminator(self, reals: tf.Tensor) -> dict[str, tf.Tensor]:
        fakes = self.generator(self._latents(reals.shape[0]), training=True)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            real_scores = self.discriminator(reals, training=True)
            fake_scores = self.discriminator(fakes, training=True)
            penalty = self._penalty(reals, fakes)
            loss = (
                ops.mean(self.adversarial_loss.discriminator(real_scores, fake_scores))
                + self.penalty_weight * penalty
                + self.drift_weight * ops.mean(ops.square(real_scores))
            )
        self.discriminator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {
            "discriminator_loss": loss,
            "real_score": ops.mean(real_scores),
            "fake_score": ops.mean(fake_scores),
            "penalty": penalty,
        }

    def _update_generator(self, batch_size: int) -> dict[str, tf.Tensor]:
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fakes = self.generator(self._latents(batch_size), training=True)
            scores = self.discriminator(fakes, training=True)
            loss = ops.mean(self.adversarial_loss.generator(scores))
        self.generator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"generator_loss": loss}

    def _update_average(self, decay: float) -> None:
        for average, variable in zip(
            self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            average.assign_add((1 - decay) * (variable - average))

    def _penalty(self, reals: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
        if self.adversarial_loss.penalty is None:
            return tf.constant(0.0)
        if self.penalty_interval == 1:
            return self._penalty_now(reals, fakes)
        return tf.cond(
            self.discriminator_optimizer.iterations % self.penalty_interval == 0,
            lambda: self.penalty_interval * self._penalty_now(reals, fakes),
            lambda: tf.constant(0.0),
        )

    def _penalty_now(self, reals: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
        points = reals
        if self.adversarial_loss.penalty_at == "mixed":
            mix = keras.random.uniform((reals.shape[0], 1, 1, 1), seed=self.seed_generator)
            points = reals + mix * (fakes - reals)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            scores = self.discriminator(points, training=True)
        return ops.mean(self.adversarial_loss.penalty(tape.gradient(scores, points)))

    def _latents(self, batch_size: int) -> tf.Tensor:
        return keras.random.normal((batch_size, self.generator.input_shape[-1]), seed=self.seed_generator)

    def _fade_reals(self, reals: tf.Tensor) -> tf.Tensor:
        """Shows the discriminator real images as soft as the blended fakes (section 2)."""
        previous = tf.repeat(tf.repeat(tf.nn.avg_pool2d(reals, 2, 2, "VALID"), 2, axis=1), 2, axis=2)
        alpha = self.fades[0].alpha
        return (1 - alpha) * previous + alpha * reals
