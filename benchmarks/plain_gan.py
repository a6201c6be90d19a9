"""The same WGAN-GP step as a tutorial would write it: Keras's own layers and Adam, a pass for each set of images."""

import keras
import tensorflow as tf
from keras import layers

from pgkeras import ProgressiveConfig
from pgkeras.layers import EqualizedConv2D, EqualizedDense, MinibatchStddev, PixelNormalization


class PlainGAN:
    """The paper's networks at one resolution, and one update of both.

    Args:
        config: of the networks and of Adam; its last resolution is trained.
        dtype: Keras dtype policy, "float32" or "mixed_bfloat16".
    """

    def __init__(self, config: ProgressiveConfig, dtype: str) -> None:
        self.latent_size = config.latent_size
        self.generator = _generator(config, dtype)
        self.discriminator = _discriminator(config, dtype)
        self.average = keras.models.clone_model(self.generator)
        self.optimizers = [keras.optimizers.Adam(0.001, 0.0, 0.99, 1e-8) for _ in range(2)]

    def train_step(self, reals: tf.Tensor) -> tf.Tensor:
        """Updates the discriminator, the generator and its moving average.

        Args:
            reals: float32 (batch, side, side, channels) in [-1, 1].

        Returns:
            The generator's loss.
        """
        batch_size = reals.shape[0]
        fakes = self.generator(tf.random.normal((batch_size, self.latent_size)))
        mix = tf.random.uniform((batch_size, 1, 1, 1))
        mixed = mix * fakes + (1 - mix) * reals
        with tf.GradientTape() as tape:
            real_scores, fake_scores = self.discriminator(reals), self.discriminator(fakes)
            with tf.GradientTape() as inner:
                inner.watch(mixed)
                mixed_scores = self.discriminator(mixed)
            gradients = inner.gradient(mixed_scores, mixed)
            norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=(1, 2, 3)) + 1e-12)
            loss = (
                tf.reduce_mean(fake_scores - real_scores)
                + 10 * tf.reduce_mean(tf.square(norms - 1))
                + 0.001 * tf.reduce_mean(tf.square(real_scores))
            )
        self._apply(tape, loss, self.discriminator, self.optimizers[0])
        with tf.GradientTape() as tape:
            latents = tf.random.normal((batch_size, self.latent_size))
            loss = -tf.reduce_mean(self.discriminator(self.generator(latents)))
        self._apply(tape, loss, self.generator, self.optimizers[1])
        for average, variable in zip(self.average.variables, self.generator.variables, strict=True):
            average.assign(0.999 * average + 0.001 * variable)
        return loss

    def _apply(self, tape: tf.GradientTape, loss: tf.Tensor, model: keras.Model, optimizer: keras.Optimizer) -> None:
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)


def _generator(config: ProgressiveConfig, dtype: str) -> keras.Model:
    inputs = keras.Input((config.latent_size,))
    x = PixelNormalization(dtype=dtype)(inputs)
    x = _activated(EqualizedDense((4, 4, config.feature_maps(4)), gain=2**0.5 / 4, dtype=dtype), x, dtype)
    x = PixelNormalization(dtype=dtype)(x)
    for resolution in config.resolutions:
        if resolution > 4:
            x = layers.UpSampling2D(2, dtype=dtype)(x)
        for _ in range(1 if resolution == 4 else 2):
            x = _activated(EqualizedConv2D(config.feature_maps(resolution), 3, dtype=dtype), x, dtype)
            x = PixelNormalization(dtype=dtype)(x)
    return keras.Model(inputs, EqualizedConv2D(config.channels, 1, gain=1.0, dtype="float32")(x))


def _discriminator(config: ProgressiveConfig, dtype: str) -> keras.Model:
    inputs = keras.Input((config.resolution, config.resolution, config.channels))
    x = _activated(EqualizedConv2D(config.feature_maps(config.resolution), 1, dtype=dtype), inputs, dtype)
    for resolution in reversed(config.resolutions[1:]):
        x = _activated(EqualizedConv2D(config.feature_maps(resolution), 3, dtype=dtype), x, dtype)
        x = _activated(EqualizedConv2D(config.feature_maps(resolution // 2), 3, dtype=dtype), x, dtype)
        x = layers.AveragePooling2D(2, dtype=dtype)(x)
    x = MinibatchStddev(config.minibatch_stddev_group, dtype=dtype)(x)
    x = _activated(EqualizedConv2D(config.feature_maps(4), 3, dtype=dtype), x, dtype)
    x = _activated(EqualizedConv2D(config.feature_maps(2), 4, padding="valid", dtype=dtype), x, dtype)
    x = layers.Flatten(dtype="float32")(x)
    return keras.Model(inputs, EqualizedDense(1, gain=1.0, dtype="float32")(x))


def _activated(layer: keras.Layer, x: keras.KerasTensor, dtype: str) -> keras.KerasTensor:
    return layers.LeakyReLU(0.2, dtype=dtype)(layer(x))
