"""One phase of progressive growing, a step at a time: it knows networks and losses, no files and no schedule."""

import math
from collections.abc import Sequence

import keras
from keras import KerasTensor as Tensor
from keras import ops

from pgkeras.augmentation import Augmentation
from pgkeras.backends import Devices, Share, backend
from pgkeras.layers import MinibatchDiscrimination, MinibatchStddev
from pgkeras.losses import Loss, label_loss, noise_around_reals
from pgkeras.micro_batches import mean_over_micro_batches
from pgkeras.networks import StagePair
from pgkeras.replicas import normal, number_of_replicas, uniform

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


class ProgressiveGAN:
    """Trains the generator and the discriminator of one resolution, fading in or straight.

    One step updates the discriminator, then the generator, then the moving average of the generator's weights. It is
    written in `keras.ops` for every backend; what these do differently is in `pgkeras.backends`.

    Args:
        generator: the pair to train.
        discriminator: the pair of the same resolution.
        ema_generator: a pair of the same architecture that holds the moving average.
        generator_optimizer: built for the generator's variables.
        discriminator_optimizer: built for the discriminator's variables.
        loss: an entry of `pgkeras.losses.LOSSES`.
        fade_in: train the pairs' fade_in models instead of the straight ones.
        seed_generator: source of latents and mixing points; its state is a variable, so it can be saved.
        devices: that train; the networks and optimizers were made in their scope.
        penalty_weight: of the gradient penalty; None for the loss's own.
        penalty_interval: steps from one penalty to the next, each weighted by the interval (Karras et al., arXiv
            1912.04958, appendix B).
        drift_weight: of the real scores' mean square; None for the loss's own.
        label_weight: of AC-GAN's label terms in both losses; None for 1.
        discriminator_steps: updates of the discriminator in one step; the batch is split among them.
        generator_steps: updates of the generator in one step.
        augmentation: of the discriminator's images, reals and fakes alike; None for none.
        micro_batches: parts of a batch whose gradients are computed one after another, to save memory.

    Raises:
        ValueError: if fade_in is asked for at 4x4.
    """

    def __init__(
        self,
        generator: StagePair,
        discriminator: StagePair,
        ema_generator: StagePair,
        generator_optimizer: keras.Optimizer,
        discriminator_optimizer: keras.Optimizer,
        loss: Loss,
        *,
        fade_in: bool,
        seed_generator: keras.random.SeedGenerator,
        devices: Devices,
        penalty_weight: float | None = None,
        penalty_interval: int = 1,
        drift_weight: float | None = None,
        label_weight: float | None = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        augmentation: Augmentation | None = None,
        micro_batches: int = 1,
    ) -> None:
        if fade_in and generator.fade_in is None:
            raise ValueError("fade_in=True: the first resolution, 4x4, has nothing to fade in from")
        self.generator = generator.fade_in if fade_in else generator.straight
        self.discriminator = discriminator.fade_in if fade_in else discriminator.straight
        self.ema_generator = ema_generator.fade_in if fade_in else ema_generator.straight
        self.fades = [generator.fade, discriminator.fade, ema_generator.fade] if fade_in else []
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.adversarial_loss = loss
        self.seed_generator = seed_generator
        self.penalty_weight = loss.penalty_weight if penalty_weight is None else penalty_weight
        self.penalty_interval = penalty_interval
        self.drift_weight = loss.drift_weight if drift_weight is None else drift_weight
        self.label_weight = 1.0 if label_weight is None else label_weight
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
        self.augmentation = augmentation
        self.micro_batches = micro_batches
        with devices.scope():
            self.penalty_factor = keras.Variable(1.0, trainable=False, name="penalty_factor")
            self.ema_log_decay = keras.Variable(math.log(0.999), trainable=False, name="ema_log_decay")
        self._run = devices.compiled(self._values_of_step, self._variables())

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

    def set_ema_decay(self, decay: float) -> None:
        """Sets how slowly the generator's moving average follows it.

        Args:
            decay: per 16 images shown, from 0 (no average) to less than 1.
        """
        self.ema_log_decay.assign(math.log(decay) if decay else -math.inf)

    def train_on(self, shares: Sequence[Share]) -> dict[str, float]:
        """One step, compiled: what it computes, on every device.

        Args:
            shares: of the batch, one for each device that this process feeds by hand: see `Devices.shares`.

        Returns:
            The values of `step`, by name in alphabetical order.
        """
        return dict(zip(self._names(), self._run(shares).tolist(), strict=True))

    def step(self, reals: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """One update of the discriminator, the generator and the moving average (or several, as asked for).

        With several replicas each computes the gradients of its share of the batch.

        Args:
            reals: real images (batch, side, side, channels) in [-1, 1].
            labels: their one-hot labels (batch, label_size) if the networks have labels.

        Returns:
            The last updates' losses, mean scores, and how much the images vary: their variance over the batch,
            averaged over pixels.
        """
        if self.fades:
            reals = self._fade_reals(reals)
        for part, part_labels in self._parts(reals, labels):
            values = self._update_discriminator(part, part_labels)
        for _ in range(self.generator_steps):
            values |= self._update_generator(part, part_labels)
        self._update_average(-ops.expm1(self.ema_log_decay * (reals.shape[0] * number_of_replicas() / 16)))
        return backend.mean_over_replicas(values)

    def _values_of_step(self, reals: Tensor, labels: Tensor | None) -> Tensor:
        """Those of `step` as one tensor, which is read at once."""
        values = self.step(reals, labels)
        return ops.stack([ops.cast(values[name], "float32") for name in self._names()])

    def _names(self) -> list[str]:
        of_augmentation = ["augmentation_probability"] if self.augmentation else []
        return sorted({*_DISCRIMINATOR_VALUES, *_GENERATOR_VALUES, *of_augmentation} - {"real_sign"})

    def _variables(self) -> list[keras.Variable]:
        """All that a step reads or assigns, each once."""
        networks = (self.generator, self.discriminator, self.ema_generator)
        optimizers = (self.generator_optimizer, self.discriminator_optimizer)
        variables = [
            *(variable for each in (*networks, *optimizers) for variable in each.variables),
            self.penalty_factor,
            self.ema_log_decay,
            self.seed_generator.state,
            *([self.augmentation.probability] if self.augmentation else []),
        ]
        return list({id(variable): variable for variable in variables}.values())

    def _changed_by_networks(self) -> list[keras.Variable]:
        """What changes when networks are called: moving averages of batch normalization, and the random state."""
        of_networks = [*self.generator.non_trainable_variables, *self.discriminator.non_trainable_variables]
        return [*of_networks, self.seed_generator.state]

    def _parts(self, reals: Tensor, labels: Tensor | None) -> list[tuple[Tensor, Tensor | None]]:
        """A share of the batch for each update of the discriminator."""
        number = self.discriminator_steps
        shares = ops.split(reals, number)
        return list(zip(shares, [None] * number if labels is None else ops.split(labels, number), strict=True))

    def _update_discriminator(self, reals: Tensor, labels: Tensor | None) -> dict[str, Tensor]:
        latents = self._latents(reals.shape[0])
        variables = self.discriminator.trainable_variables
        gradients, values = mean_over_micro_batches(
            self._discriminator_gradients,
            (reals, labels, latents, self._random_part(reals)),
            micro_batches=self.micro_batches,
            variables=variables,
            values=_DISCRIMINATOR_VALUES,
            changes=self._changed_by_networks(),
        )
        self.discriminator_optimizer.apply(gradients, variables)
        if self.adversarial_loss.weight_clip:
            self._clip_weights(self.adversarial_loss.weight_clip)
        sign = {"real_sign": values.pop("real_sign")}
        if self.augmentation:
            mean_sign = backend.mean_over_replicas(sign)["real_sign"]
            self.augmentation.adapt(mean_sign, reals.shape[0] * number_of_replicas())
            values["augmentation_probability"] = ops.convert_to_tensor(self.augmentation.probability)
        return values

    def _discriminator_gradients(
        self, reals: Tensor, labels: Tensor | None, latents: Tensor, random_part: Tensor | None
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        fakes = self._generate(latents, labels)
        variances = {"real_variance": _variance(reals), "fake_variance": _variance(fakes)}
        fakes, reals = self._augmented(fakes), self._augmented(reals)

        def loss_of() -> tuple[Tensor, dict[str, Tensor]]:
            (real_scores, real_logits), (fake_scores, fake_logits) = self._judge_both(reals, fakes)
            penalty = self._penalty(reals, fakes, random_part)
            loss = (
                ops.mean(self.adversarial_loss.discriminator(real_scores, fake_scores))
                + self.penalty_weight * self.penalty_factor * penalty
                + self.drift_weight * ops.mean(ops.square(real_scores))
            )
            if labels is not None:
                loss += self.label_weight * (
                    ops.mean(label_loss(real_logits, labels)) + ops.mean(label_loss(fake_logits, labels))
                )
            return self.discriminator_optimizer.scale_loss(loss / number_of_replicas()), {
                "discriminator_loss": loss,
                "real_score": ops.mean(real_scores),
                "fake_score": ops.mean(fake_scores),
                "real_sign": ops.mean(ops.sign(self._realness(real_scores, fake_scores))),
                "penalty": penalty,
                **variances,
            }

        return backend.gradients(loss_of, self.discriminator.trainable_variables)

    def _realness(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """What is above 0 where the discriminator is right about a real image."""
        loss = self.adversarial_loss
        return real_scores - (fake_scores if loss.relativistic else loss.undecided)

    def _clip_weights(self, largest: float) -> None:
        """Weights with equalized learning rate are clipped as they are used, that is scaled."""
        for layer in self.discriminator.layers:
            for variable in layer.trainable_variables:
                is_scaled = hasattr(layer, "scale") and len(variable.shape) > 1
                limit = largest / layer.scale if is_scaled else largest
                variable.assign(ops.clip(variable, -limit, limit))

    def _update_generator(self, reals: Tensor, labels: Tensor | None) -> dict[str, Tensor]:
        variables = self.generator.trainable_variables
        gradients, values = mean_over_micro_batches(
            self._generator_gradients,
            (self._latents(reals.shape[0]), labels, reals if self.adversarial_loss.relativistic else None),
            micro_batches=self.micro_batches,
            variables=variables,
            values=_GENERATOR_VALUES,
            changes=self._changed_by_networks(),
        )
        self.generator_optimizer.apply(gradients, variables)
        return values

    def _generator_gradients(
        self, latents: Tensor, labels: Tensor | None, reals: Tensor | None
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        real_scores = () if reals is None else (self._judge(self._augmented(reals))[0],)

        def loss_of() -> tuple[Tensor, dict[str, Tensor]]:
            scores, logits = self._judge(self._augmented(self._generate(latents, labels)))
            loss = ops.mean(self.adversarial_loss.generator(*real_scores, scores))
            if labels is not None:
                loss += self.label_weight * ops.mean(label_loss(logits, labels))
            return self.generator_optimizer.scale_loss(loss / number_of_replicas()), {"generator_loss": loss}

        return backend.gradients(loss_of, self.generator.trainable_variables)

    def _update_average(self, rate: Tensor) -> None:
        for average, variable in zip(
            self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            average.assign_add(rate * (variable - average))
        for average, variable in zip(
            self.ema_generator.non_trainable_variables, self.generator.non_trainable_variables, strict=True
        ):
            average.assign(variable)

    def _latents(self, batch_size: int) -> Tensor:
        return normal((batch_size, self.generator.inputs[0].shape[-1]), seed=self.seed_generator)

    def _generate(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        return self.generator(latents if labels is None else [latents, labels], training=True)

    def _judge(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Scores, and label logits if there are labels."""
        outputs = self.discriminator(images, training=True)
        return tuple(outputs) if isinstance(outputs, list) else (outputs, None)

    def _judge_both(self, reals: Tensor, fakes: Tensor) -> list[tuple[Tensor, Tensor | None]]:
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

    def _augmented(self, images: Tensor) -> Tensor:
        return self.augmentation(images, self.seed_generator) if self.augmentation else images

    def _random_part(self, reals: Tensor) -> Tensor | None:
        """Of the points where the gradient is penalized: how far each is on the way to its fake, or from its real."""
        if self.adversarial_loss.penalty is None or self.adversarial_loss.penalty_at in ("real", "both"):
            return None
        mix = uniform((reals.shape[0], 1, 1, 1), seed=self.seed_generator)
        if self.adversarial_loss.penalty_at == "mixed":
            return mix
        return mix * noise_around_reals(reals, uniform(reals.shape, seed=self.seed_generator))

    def _penalty(self, reals: Tensor, fakes: Tensor, random_part: Tensor | None) -> Tensor:
        if self.adversarial_loss.penalty is None or not self.penalty_weight:
            return ops.zeros(())
        if self.penalty_interval == 1:
            return self._penalty_now(reals, fakes, random_part)
        return backend.conditional(
            self.discriminator_optimizer.iterations % self.penalty_interval == 0,
            lambda: self.penalty_interval * self._penalty_now(reals, fakes, random_part),
            lambda: ops.zeros(()),
            changes=self._changed_by_networks(),
        )

    def _penalty_now(self, reals: Tensor, fakes: Tensor, random_part: Tensor | None) -> Tensor:
        if self.adversarial_loss.penalty_at == "both":
            return self._penalty_at(reals) + self._penalty_at(fakes)
        return self._penalty_at(self._penalized(reals, fakes, random_part))

    def _penalty_at(self, points: Tensor) -> Tensor:
        # Scaled like the loss, so that a float16 gradient does not underflow on its way to the image.
        scale = self.discriminator_optimizer.scale_loss(ops.ones(()))
        gradients = backend.image_gradients(lambda images: scale * self._judge(images)[0], points)
        return ops.mean(self.adversarial_loss.penalty(gradients / scale))

    def _penalized(self, reals: Tensor, fakes: Tensor, random_part: Tensor | None) -> Tensor:
        """The images at which the loss wants the gradient penalized."""
        if random_part is None:
            return reals
        return (
            reals + random_part * (fakes - reals)
            if self.adversarial_loss.penalty_at == "mixed"
            else reals + random_part
        )

    def _fade_reals(self, reals: Tensor) -> Tensor:
        """Shows the discriminator real images as soft as the blended fakes (section 2)."""
        previous = ops.repeat(ops.repeat(ops.average_pool(reals, 2, strides=2), 2, axis=1), 2, axis=2)
        alpha = self.fades[0].alpha
        return (1 - alpha) * previous + alpha * reals


def _variance(images: Tensor) -> Tensor:
    """Of images about their mean, averaged over pixels: the unbiased estimate, which parts of a batch may average.

    0 for one image.
    """
    others = max(images.shape[0] - 1, 1)
    return ops.sum(ops.square(images - ops.mean(images, axis=0))) / (others * math.prod(images.shape[1:]))
