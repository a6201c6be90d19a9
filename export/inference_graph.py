"""The network as a phone runs it: latents in, pixels out, weights as constants."""

import keras
import tensorflow as tf
from keras import ops
from tensorflow.types.experimental import ConcreteFunction

from export.phone_layers import as_phones_run_it


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
    network = keras.models.clone_model(generator, input_tensors=inputs, clone_function=as_phones_run_it)
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


def _to_uint8(image: keras.KerasTensor) -> keras.KerasTensor:
    """`pgkeras.images.to_uint8` in operators that TFLite has."""
    return ops.cast(ops.floor(ops.clip(image * 127.5 + 128.0, 0.0, 255.0)), "uint8")
