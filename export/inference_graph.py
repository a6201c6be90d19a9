"""The network as a phone runs it: one latent in, pixels out, weights as constants."""

from functools import singledispatch

import keras
import tensorflow as tf
from keras import ops
from tensorflow.types.experimental import ConcreteFunction

from pgkeras.layers import LeakyReLU, PixelNormalization


def inference_graph(generator: keras.Model) -> ConcreteFunction:
    """Traces a generator for one latent, with pixels made inside the graph.

    Weights are constants, not variables: the converter computes what only they decide, such as a kernel times its
    equalized scale, and phones need no variable operators.

    Args:
        generator: latents (batch, latent_size), and labels (batch, label_size) if it is conditional -> images
            (batch, side, side, channels), trained to lie in [-1, 1].

    Returns:
        A function `latent` float32 (1, latent_size) [, `label` float32 (1, label_size)] -> {"image": uint8
        (1, side, side, channels)}.
    """
    inputs = keras.tree.map_structure(lambda given: keras.Input(batch_shape=(1, *given.shape[1:])), generator.input)
    network = keras.models.clone_model(generator, input_tensors=inputs, clone_function=_as_phones_run_it)
    trained = [ops.convert_to_numpy(variable) for variable in network.trainable_variables]
    fixed = [ops.convert_to_numpy(variable) for variable in network.non_trainable_variables]

    @tf.function(input_signature=_signature(generator), autograph=False)
    def infer(latent: tf.Tensor, *label: tf.Tensor) -> dict[str, tf.Tensor]:
        image, _ = network.stateless_call(trained, fixed, [latent, *label] if label else latent, training=False)
        return {"image": _to_uint8(image)}

    return infer.get_concrete_function()


def _signature(generator: keras.Model) -> list[tf.TensorSpec]:
    names = ("latent", "label")[: len(generator.inputs)]
    return [
        tf.TensorSpec((1, given.shape[-1]), tf.float32, name=name)
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
    """In a float16 file the paper's epsilon, 1e-8, is zero, and a latent of zeros gives black; 2**-24 is the least."""
    return PixelNormalization(max(layer.epsilon, 2.0**-24), name=layer.name)


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
