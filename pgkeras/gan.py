"""One phase of progressive growing as a `keras.Model`: it knows networks and losses, no files and no schedule."""

import keras
import tensorflow as tf
from keras import ops

from pgkeras.augmentation import Augmentation
from pgkeras.losses import Loss, label_loss, points_around_reals
from pgkeras.networks import StagePair


class ProgressiveGAN(keras.Model):
    """Trains the generator and the discriminator of one resolution, fading in or straight.

    Call `compile`, then `fit` on batches of real images (batch, side, side, channels) in [-1, 1], or of pairs (images,
    one-hot labels). One step updates the discriminator, then the generator, then the moving average of the generator's
    weights.

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
        label_weight: float | None = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        ema_decay: float = 0.999,
        augmentation: Augmentation | None = None,
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
            label_weight: of AC-GAN's label terms in both losses; None for 1.
            discriminator_steps: updates of the discriminator in one step; the batch is dealt out among them.
            generator_steps: updates of the generator in one step.
            ema_decay: of the generator's moving average, per 16 images shown; 0 for no average.
            augmentation: of the discriminator's images, reals and fakes alike; None for none.
        """
        super().compile(jit_compile=False)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.adversarial_loss = loss
        self.penalty_weight = loss.penalty_weight if penalty_weight is None else penalty_weight
        self.penalty_interval = penalty_interval
        self.drift_weight = loss.drift_weight if drift_weight is None else drift_weight
        self.label_weight = 1.0 if label_weight is None else label_weight
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
        self.ema_decay = ema_decay
        self.augmentation = augmentation

    def set_alpha(self, alpha: float) -> None:
        """Sets how far the resolution has faded in, in all networks.

        Args:
            alpha: from 0 (previous resolution) to 1 (straight); without effect on straight models.
        """
        for fade in self.fades:
            fade.alpha.assign(alpha)

    def train_step(self, data: tf.Tensor | tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update of the discriminator, the generator and the moving average (or several, as compiled).

        Args:
            data: real images (batch, side, side, channels) in [-1, 1]; with their one-hot labels
                (batch, label_size) if the networks have labels.

        Returns:
            The last updates' losses and mean scores.
        """
        reals, labels = data if isinstance(data, tuple) else (data, None)
        if self.fades:
            reals = self._fade_reals(reals)
        for part, part_labels in self._parts(reals, labels):
            values = self._update_discriminator(part, part_labels)
        for _ in range(self.generator_steps):
            values |= self._update_generator(part.shape[0], part_labels)
        self._update_average(self.ema_decay ** (reals.shape[0] / 16))
        return values

    def _parts(self, reals: tf.Tensor, labels: tf.Tensor | None) -> list[tuple[tf.Tensor, tf.Tensor | None]]:
        """A share of the batch for each update of the discriminator."""
        number = self.discriminator_steps
        shares = tf.split(reals, number)
        return list(zip(shares, [None] * number if labels is None else tf.split(labels, number), strict=True))

    def _update_discriminator(self, reals: tf.Tensor, labels: tf.Tensor | None) -> dict[str, tf.Tensor]:
        fakes = self._augmented(self._generate(reals.shape[0], labels))
        reals = self._augmented(reals)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            real_scores, real_logits = self._judge(reals)
            fake_scores, fake_logits = self._judge(fakes)
            penalty = self._penalty(reals, fakes)
            loss = (
                ops.mean(self.adversarial_loss.discriminator(real_scores, fake_scores))
                + self.penalty_weight * penalty
                + self.drift_weight * ops.mean(ops.square(real_scores))
            )
            if labels is not None:
                loss += self.label_weight * (
                    ops.mean(label_loss(real_logits, labels)) + ops.mean(label_loss(fake_logits, labels))
                )
        self.discriminator_optimizer.apply(tape.gradient(loss, variables), variables)
        if self.adversarial_loss.weight_clip:
            self._clip_weights(self.adversarial_loss.weight_clip)
        values = {
            "discriminator_loss": loss,
            "real_score": ops.mean(real_scores),
            "fake_score": ops.mean(fake_scores),
            "penalty": penalty,
        }
        if self.augmentation:
            self.augmentation.adapt(real_scores)
            values["augmentation_probability"] = ops.convert_to_tensor(self.augmentation.probability)
        return values

    def _clip_weights(self, largest: float) -> None:
        """Weights with equalized learning rate are clipped as they are used, that is scaled."""
        for layer in self.discriminator.layers:
            for variable in layer.trainable_variables:
                is_scaled = hasattr(layer, "scale") and len(variable.shape) > 1
                limit = largest / layer.scale if is_scaled else largest
                variable.assign(ops.clip(variable, -limit, limit))

    def _update_generator(self, batch_size: int, labels: tf.Tensor | None) -> dict[str, tf.Tensor]:
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            scores, logits = self._judge(self._augmented(self._generate(batch_size, labels)))
            loss = ops.mean(self.adversarial_loss.generator(scores))
            if labels is not None:
                loss += self.label_weight * ops.mean(label_loss(logits, labels))
        self.generator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"generator_loss": loss}

    def _update_average(self, decay: float) -> None:
        for average, variable in zip(
            self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            average.assign_add((1 - decay) * (variable - average))
        for average, variable in zip(
            self.ema_generator.non_trainable_variables, self.generator.non_trainable_variables, strict=True
        ):
            average.assign(variable)

    def _generate(self, batch_size: int, labels: tf.Tensor | None) -> tf.Tensor:
        latents = keras.random.normal((batch_size, self.generator.inputs[0].shape[-1]), seed=self.seed_generator)
        return self.generator(latents if labels is None else [latents, labels], training=True)

    def _judge(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Scores, and label logits if there are labels."""
        outputs = self.discriminator(images, training=True)
        return tuple(outputs) if isinstance(outputs, list) else (outputs, None)

    def _augmented(self, images: tf.Tensor) -> tf.Tensor:
        return self.augmentation(images, self.seed_generator) if self.augmentation else images

    def _penalty(self, reals: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
        if self.adversarial_loss.penalty is None or not self.penalty_weight:
            return tf.constant(0.0)
        if self.penalty_interval == 1:
            return self._penalty_now(reals, fakes)
        return tf.cond(
            self.discriminator_optimizer.iterations % self.penalty_interval == 0,
            lambda: self.penalty_interval * self._penalty_now(reals, fakes),
            lambda: tf.constant(0.0),
        )

    def _penalty_now(self, reals: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
        points = self._penalized(reals, fakes)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            scores, _ = self._judge(points)
        return ops.mean(self.adversarial_loss.penalty(tape.gradient(scores, points)))

    def _penalized(self, reals: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
        """The images at which the loss wants the gradient penalized."""
        if self.adversarial_loss.penalty_at == "real":
            return reals
        mix = keras.random.uniform((reals.shape[0], 1, 1, 1), seed=self.seed_generator)
        if self.adversarial_loss.penalty_at == "mixed":
            return reals + mix * (fakes - reals)
        noise = keras.random.uniform(reals.shape, seed=self.seed_generator)
        return points_around_reals(reals, mix, noise)

    def _fade_reals(self, reals: tf.Tensor) -> tf.Tensor:
        """Shows the discriminator real images as soft as the blended fakes (section 2)."""
        previous = tf.repeat(tf.repeat(tf.nn.avg_pool2d(reals, 2, 2, "VALID"), 2, axis=1), 2, axis=2)
        alpha = self.fades[0].alpha
        return (1 - alpha) * previous + alpha * reals
