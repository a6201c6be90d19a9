"""The network as a phone runs it: latents in, pixels out, weights as constants."""

import math
from functools import singledispatch

import keras
import tensorflow as tf
from keras import ops
from tensorflow.types.experimental import ConcreteFunction

from pgkeras.layers import LeakyReLU, PixelNormalization


def inference_graph(generator: keras.Model, batch: int | None = 1) -> ConcreteFunction:
    """Traces a generator, with pixels made inside the graph.

    Weights are constants, not variables: the converter computes what only they decide, such as a kernel times its
    equalized scale, and phones need no variable operators.

    Args:
        generator: latents (batch, latent_size), and labels (batch, label_size) if it is conditional -> images
            (batch, side, side, channels), trained to lie in [-1, 1].
        batch: latents at a time; None for any number.

    Returns:
        A function `latent` float32 (batch, latent_size) [, `label` float32 (batch, label_size)] -> {"image": uint8
        (batch, side, side, channels)}.
    """
    inputs = keras.tree.map_structure(lambda given: keras.Input(batch_shape=(batch, *given.shape[1:])), generator.input)
    network = keras.models.clone_model(generator, input_tensors=inputs, clone_function=_as_phones_run_it)
    trained = [ops.convert_to_numpy(variable) for variable in network.trainable_variables]
    fixed = [ops.convert_to_numpy(variable) for variable in network.non_trainable_variables]

    @tf.function(input_signature=_signature(generator, batch), autograph=False)
    def infer(latent: tf.Tensor, *label: tf.Tensor) -> dict[str, tf.Tensor]:
        image, _ = network.stateless_call(trained, fixed, [latent, *label] if label else latent, training=False)
        return {"image": _to_uint8(image)}

    return infer.get_concrete_function()


def _signature(generator: keras.Model, batch: int | None) -> list[tf.TensorSpec]:
    names = ("latent", "label")[: len(generator.inputs)]
    return [
        tf.TensorSpec((batch, given.shape[-1]), tf.float32, name=name)
        for name, given in zip(names, generator.inputs, strict=True)
    ]


@singledispatch
def _as_phones_run_it(layer: keras.Layer) -> keras.Layer:
    """The layer itself, or one that computes the same in operators that phones' delegates have and run fast."""
    return layer


@_as_phones_run_it.register
def _(layer: keras.layers.UpSampling2D) -> keras.Layer:
    """Keras repeats pixels through tensors of five axes, which GPU and NPU delegates refuse."""
    return _NearestResize(layer.size, name=layer.name) if layer.interpolation == "nearest" else layer


@_as_phones_run_it.register
def _(layer: LeakyReLU) -> keras.Layer:
    """pgkeras multiplies by a sign, for its gradient's sake."""
    return keras.layers.LeakyReLU(layer.negative_slope, name=layer.name)


@_as_phones_run_it.register
def _(layer: PixelNormalization) -> keras.Layer:
    return _HalfPrecisionPixelNormalization(layer.epsilon, name=layer.name)


class _HalfPrecisionPixelNormalization(keras.layers.Layer):
    """Pixel normalization whose every number fits in float16, in which GPUs compute.

    Features are scaled by a power of two, exactly, before their squares are summed: the sum is 16 to 32 times the mean
    square and stays below float16's 65504 up to features of 45 on average. The epsilon is added to that sum: at
    least 2**-14, float16's least normal number, since smaller ones are zero on some GPUs and zeros become black. Of a
    mean square of 1 that is a four-millionth or less, under float32's own error after a few layers.

    Args:
        epsilon: added to the mean square.
    """

    def __init__(self, epsilon: float, **kwargs) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        channels = features.shape[-1]
        scale = 2.0 ** (2 - math.floor(math.log2(channels) / 2))
        in_sum = channels * scale**2
        scaled = features if scale == 1 else features * scale
        total = ops.sum(ops.square(scaled), axis=-1, keepdims=True)
        return features * (ops.rsqrt(total + max(self.epsilon * in_sum, 2.0**-14)) * math.sqrt(in_sum))


class _NearestResize(keras.layers.Layer):
    """Nearest-neighbour upsampling that becomes RESIZE_NEAREST_NEIGHBOR."""

    def __init__(self, factors: tuple[int, int], **kwargs) -> None:
        super().__init__(**kwargs)
        self.factors = factors

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        sides = [side * factor for side, factor in zip(images.shape[1:3], self.factors, strict=True)]
        return ops.image.resize(images, sides, interpolation="nearest")


def _to_uint8(image: keras.KerasTensor) -> keras.KerasTensor:
    """`pgkeras.images.to_uint8` in operators that TFLite has."""
    return ops.cast(ops.floor(ops.clip(image * 127.5 + 128.0, 0.0, 255.0)), "uint8")
