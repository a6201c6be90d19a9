"""One phase of progressive growing as a `keras.Model`: it knows networks and losses, no files and no schedule."""

import math

import keras
import tensorflow as tf
from keras import ops

from pgkeras.augmentation import Augmentation
from pgkeras.layers import MinibatchDiscrimination, MinibatchStddev
from pgkeras.losses import Loss, label_loss, noise_around_reals
from pgkeras.micro_batches import mean_over_micro_batches
from pgkeras.networks import StagePair
from pgkeras.replicas import mean_over_replicas, normal, number_of_replicas, uniform

_DISCRIMINATOR_VALUES = (
    "discriminator_loss",
    "real_score",
    "fake_score",
    "real_sign",
    "penalty",
    "real_variance",
    "fake_variance",
)
_GENERATOR_VALUES = ("generator_loss",)


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
        self.penalty_factor = keras.Variable(1.0, trainable=False, name="penalty_factor")
        self.seed_generator = seed_generator
        self.built = True  # Its networks are; it has no call of its own by which Keras could build it.

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
        micro_batches: int = 1,
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
            micro_batches: parts of a batch whose gradients are computed one after another, to save memory.
        """
        super().compile(optimizer=None, jit_compile=False)
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
        self.micro_batches = micro_batches

    def set_alpha(self, alpha: float) -> None:
        """Sets how far the resolution has faded in, in all networks.

        Args:
            alpha: from 0 (previous resolution) to 1 (straight); without effect on straight models.
        """
        for fade in self.fades:
            fade.alpha.assign(alpha)

    def set_penalty_factor(self, factor: float) -> None:
        """Sets what part of its weight the gradient penalty has.

        Args:
            factor: from 0 to 1.
        """
        self.penalty_factor.assign(factor)

    def make_train_function(self, force: bool = False) -> None:
        """Compiles one step for `fit`: on every device, with values that are the same on all of them."""
        if self.train_function is not None and not force:
            return
        strategy = self.distribute_strategy

        def step(iterator: tf.data.Iterator) -> dict[str, tf.Tensor]:
            values = strategy.run(self.train_step, args=(next(iterator),))
            return {name: strategy.experimental_local_results(value)[0] for name, value in values.items()}

        self.train_function = tf.function(step, autograph=False)

    def train_step(self, data: tf.Tensor | tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update of the discriminator, the generator and the moving average (or several, as compiled).

        Under a distribution strategy each replica computes the gradients of its share of the batch.

        Args:
            data: real images (batch, side, side, channels) in [-1, 1]; with their one-hot labels
                (batch, label_size) if the networks have labels.

        Returns:
            The last updates' losses, mean scores, and how much the images vary: their variance over the batch,
            averaged over pixels.
        """
        reals, labels = data if isinstance(data, tuple) else (data, None)
        if self.fades:
            reals = self._fade_reals(reals)
        for part, part_labels in self._parts(reals, labels):
            values = self._update_discriminator(part, part_labels)
        for _ in range(self.generator_steps):
            values |= self._update_generator(part, part_labels)
        self._update_average(self.ema_decay ** (reals.shape[0] * number_of_replicas() / 16))
        return mean_over_replicas(values)

    def _parts(self, reals: tf.Tensor, labels: tf.Tensor | None) -> list[tuple[tf.Tensor, tf.Tensor | None]]:
        """A share of the batch for each update of the discriminator."""
        number = self.discriminator_steps
        shares = tf.split(reals, number)
        return list(zip(shares, [None] * number if labels is None else tf.split(labels, number), strict=True))

    def _update_discriminator(self, reals: tf.Tensor, labels: tf.Tensor | None) -> dict[str, tf.Tensor]:
        latents = self._latents(reals.shape[0])
        variables = self.discriminator.trainable_variables
        gradients, values = mean_over_micro_batches(
            self._discriminator_gradients,
            (reals, labels, latents, *self._mixing(reals)),
            micro_batches=self.micro_batches,
            variables=variables,
            values=_DISCRIMINATOR_VALUES,
        )
        self.discriminator_optimizer.apply(gradients, variables)
        if self.adversarial_loss.weight_clip:
            self._clip_weights(self.adversarial_loss.weight_clip)
        sign = {"real_sign": values.pop("real_sign")}
        if self.augmentation:
            self.augmentation.adapt(mean_over_replicas(sign)["real_sign"], reals.shape[0] * number_of_replicas())
            values["augmentation_probability"] = ops.convert_to_tensor(self.augmentation.probability)
        return values

    def _discriminator_gradients(
        self,
        reals: tf.Tensor,
        labels: tf.Tensor | None,
        latents: tf.Tensor,
        mix: tf.Tensor | None,
        noise: tf.Tensor | None,
    ) -> tuple[list[tf.Tensor], dict[str, tf.Tensor]]:
        fakes = self._augmented(self._generate(latents, labels))
        reals = self._augmented(reals)
        with tf.GradientTape() as tape:
            (real_scores, real_logits), (fake_scores, fake_logits) = self._judge_both(reals, fakes)
            penalty = self._penalty(reals, fakes, mix, noise)
            loss = (
                ops.mean(self.adversarial_loss.discriminator(real_scores, fake_scores))
                + self.penalty_weight * self.penalty_factor * penalty
                + self.drift_weight * ops.mean(ops.square(real_scores))
            )
            if labels is not None:
                loss += self.label_weight * (
                    ops.mean(label_loss(real_logits, labels)) + ops.mean(label_loss(fake_logits, labels))
                )
            scaled = self.discriminator_optimizer.scale_loss(loss / number_of_replicas())
        values = {
            "discriminator_loss": loss,
            "real_score": ops.mean(real_scores),
            "fake_score": ops.mean(fake_scores),
            "real_sign": ops.mean(ops.sign(self._realness(real_scores, fake_scores))),
            "penalty": penalty,
            "real_variance": _variance(reals),
            "fake_variance": _variance(fakes),
        }
        return tape.gradient(scaled, self.discriminator.trainable_variables), values

    def _realness(self, real_scores: tf.Tensor, fake_scores: tf.Tensor) -> tf.Tensor:
        """What is above 0 where the discriminator is right about a real image."""
        return real_scores - fake_scores if self.adversarial_loss.relativistic else real_scores

    def _clip_weights(self, largest: float) -> None:
        """Weights with equalized learning rate are clipped as they are used, that is scaled."""
        for layer in self.discriminator.layers:
            for variable in layer.trainable_variables:
                is_scaled = hasattr(layer, "scale") and len(variable.shape) > 1
                limit = largest / layer.scale if is_scaled else largest
                variable.assign(ops.clip(variable, -limit, limit))

    def _update_generator(self, reals: tf.Tensor, labels: tf.Tensor | None) -> dict[str, tf.Tensor]:
        variables = self.generator.trainable_variables
        gradients, values = mean_over_micro_batches(
            self._generator_gradients,
            (self._latents(reals.shape[0]), labels, reals if self.adversarial_loss.relativistic else None),
            micro_batches=self.micro_batches,
            variables=variables,
            values=_GENERATOR_VALUES,
        )
        self.generator_optimizer.apply(gradients, variables)
        return values

    def _generator_gradients(
        self, latents: tf.Tensor, labels: tf.Tensor | None, reals: tf.Tensor | None
    ) -> tuple[list[tf.Tensor], dict[str, tf.Tensor]]:
        real_scores = () if reals is None else (self._judge(self._augmented(reals))[0],)
        with tf.GradientTape() as tape:
            scores, logits = self._judge(self._augmented(self._generate(latents, labels)))
            loss = ops.mean(self.adversarial_loss.generator(*real_scores, scores))
            if labels is not None:
                loss += self.label_weight * ops.mean(label_loss(logits, labels))
            scaled = self.generator_optimizer.scale_loss(loss / number_of_replicas())
        return tape.gradient(scaled, self.generator.trainable_variables), {"generator_loss": loss}

    def _update_average(self, decay: float) -> None:
        for average, variable in zip(
            self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            average.assign_add((1 - decay) * (variable - average))
        for average, variable in zip(
            self.ema_generator.non_trainable_variables, self.generator.non_trainable_variables, strict=True
        ):
            average.assign(variable)

    def _latents(self, batch_size: int) -> tf.Tensor:
        return normal((batch_size, self.generator.inputs[0].shape[-1]), seed=self.seed_generator)

    def _generate(self, latents: tf.Tensor, labels: tf.Tensor | None) -> tf.Tensor:
        return self.generator(latents if labels is None else [latents, labels], training=True)

    def _judge(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Scores, and label logits if there are labels."""
        outputs = self.discriminator(images, training=True)
        return tuple(outputs) if isinstance(outputs, list) else (outputs, None)

    def _judge_both(self, reals: tf.Tensor, fakes: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor | None]]:
        """Judges reals and fakes, in one pass where no layer would compare the ones with the others.

        Interleaved, they keep to the groups of the minibatch standard deviation that each would form alone.
        """
        batch_size = reals.shape[0]
        if not self._keeps_apart(batch_size):
            return [self._judge(reals), self._judge(fakes)]
        interleaved = ops.reshape(ops.stack([reals, fakes], axis=1), (2 * batch_size, *reals.shape[1:]))
        scores, logits = self._judge(interleaved)
        return [(scores[part::2], logits if logits is None else logits[part::2]) for part in (0, 1)]

    def _keeps_apart(self, batch_size: int) -> bool:
        """Whether two interleaved batches are judged as each would be alone."""
        layers = self.discriminator.layers
        if any(isinstance(layer, MinibatchDiscrimination | keras.layers.BatchNormalization) for layer in layers):
            return False
        stddevs = [layer for layer in layers if isinstance(layer, MinibatchStddev)]
        return all(layer.groups(2 * batch_size) == 2 * layer.groups(batch_size) for layer in stddevs)

    def _augmented(self, images: tf.Tensor) -> tf.Tensor:
        return self.augmentation(images, self.seed_generator) if self.augmentation else images

    def _mixing(self, reals: tf.Tensor) -> tuple[tf.Tensor | None, tf.Tensor | None]:
        """The random parts of the points at which the gradient is penalized: one per image, and one per value."""
        if self.adversarial_loss.penalty is None or self.adversarial_loss.penalty_at in ("real", "both"):
            return None, None
        mix = uniform((reals.shape[0], 1, 1, 1), seed=self.seed_generator)
        if self.adversarial_loss.penalty_at == "mixed":
            return mix, None
        return mix, noise_around_reals(reals, uniform(reals.shape, seed=self.seed_generator))

    def _penalty(self, reals: tf.Tensor, fakes: tf.Tensor, mix: tf.Tensor | None, noise: tf.Tensor | None) -> tf.Tensor:
        if self.adversarial_loss.penalty is None or not self.penalty_weight:
            return tf.constant(0.0)
        if self.penalty_interval == 1:
            return self._penalty_now(reals, fakes, mix, noise)
        return tf.cond(
            self.discriminator_optimizer.iterations % self.penalty_interval == 0,
            lambda: self.penalty_interval * self._penalty_now(reals, fakes, mix, noise),
            lambda: tf.constant(0.0),
        )

    def _penalty_now(
        self, reals: tf.Tensor, fakes: tf.Tensor, mix: tf.Tensor | None, noise: tf.Tensor | None
    ) -> tf.Tensor:
        if self.adversarial_loss.penalty_at == "both":
            return self._penalty_at(reals) + self._penalty_at(fakes)
        return self._penalty_at(self._penalized(reals, fakes, mix, noise))

    def _penalty_at(self, points: tf.Tensor) -> tf.Tensor:
        # Scaled like the loss, so that a float16 gradient does not underflow on its way to the image.
        scale = self.discriminator_optimizer.scale_loss(tf.constant(1.0))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            scores = scale * self._judge(points)[0]
        return ops.mean(self.adversarial_loss.penalty(tape.gradient(scores, points) / scale))

    def _penalized(
        self, reals: tf.Tensor, fakes: tf.Tensor, mix: tf.Tensor | None, noise: tf.Tensor | None
    ) -> tf.Tensor:
        """The images at which the loss wants the gradient penalized."""
        if self.adversarial_loss.penalty_at == "real":
            return reals
        return reals + mix * (fakes - reals if self.adversarial_loss.penalty_at == "mixed" else noise)

    def _fade_reals(self, reals: tf.Tensor) -> tf.Tensor:
        """Shows the discriminator real images as soft as the blended fakes (section 2)."""
        previous = tf.repeat(tf.repeat(tf.nn.avg_pool2d(reals, 2, 2, "VALID"), 2, axis=1), 2, axis=2)
        alpha = self.fades[0].alpha
        return (1 - alpha) * previous + alpha * reals


def _variance(images: tf.Tensor) -> tf.Tensor:
    """Of images about their mean, averaged over pixels: the unbiased estimate, which parts of a batch may average."""
    others = max(images.shape[0] - 1, 1)
    return ops.sum(ops.square(images - ops.mean(images, axis=0))) / (others * math.prod(images.shape[1:]))
