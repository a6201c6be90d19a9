"""The network as a phone runs it: latents in, pixels out, weights as constants."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tensorflow.types.experimental import ConcreteFunction

from export.phone_layers import as_phones_run_it
from pgkeras.truncation import truncated_images


def inference_graph(
    generator: keras.Model, batch: int | None = 1, averages: np.ndarray | None = None
) -> ConcreteFunction:
    """Traces a generator, with pixels made inside the graph.

    Weights are constants, not variables: the converter computes what only they decide, such as a kernel times its
    equalized scale, and phones need no variable operators.

    Args:
        generator: latents (batch, latent_size), and labels (batch, label_size) if it is conditional -> images
            (batch, side, side, channels), trained to lie in [-1, 1].
        batch: latents at a time; None for any number.
        averages: the generator's `average_features`, for a graph that takes a truncation; None for one that does not.

    Returns:
        A function `latent` float32 (batch, latent_size) [, `label` float32 (batch, label_size)] [, `truncation` float32
        (batch, 1)] -> {"image": uint8 (batch, side, side, channels)}.
    """
    inputs = keras.tree.map_structure(lambda given: keras.Input(batch_shape=(batch, *given.shape[1:])), generator.input)
    network = keras.models.clone_model(generator, input_tensors=inputs, clone_function=as_phones_run_it)
    if averages is not None:
        truncation = keras.Input(batch_shape=(batch, 1))
        network = keras.Model([*network.inputs, truncation], truncated_images(network, averages, truncation))
    trained = [ops.convert_to_numpy(variable) for variable in network.trainable_variables]
    fixed = [ops.convert_to_numpy(variable) for variable in network.non_trainable_variables]

    names = ["latent", "label"][: len(generator.inputs)] + ["truncation"] * (averages is not None)
    signature = [
        tf.TensorSpec((batch, given.shape[-1]), tf.float32, name=name)
        for name, given in zip(names, network.inputs, strict=True)
    ]

    @tf.function(input_signature=signature, autograph=False)
    def infer(latent: tf.Tensor, *others: tf.Tensor) -> dict[str, tf.Tensor]:
        image, _ = network.stateless_call(trained, fixed, [latent, *others] if others else latent, training=False)
        return {"image": _to_uint8(image)}

    return infer.get_concrete_function()


def _to_uint8(image: keras.KerasTensor) -> keras.KerasTensor:
    """`pgkeras.images.to_uint8` in operators that TFLite has."""
    return ops.cast(ops.floor(ops.clip(image * 127.5 + 128.0, 0.0, 255.0)), "uint8")
