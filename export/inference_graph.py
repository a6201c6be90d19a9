"""The network as a phone runs it: latents in, pixels out, weights as constants."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tensorflow.types.experimental import ConcreteFunction

from export.phone_layers import Features, run_for_phones
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
    is_conditional = len(generator.inputs) > 1
    if averages is not None:
        truncation = keras.Input((1,), name="truncation_psi")
        inputs = [*generator.inputs, truncation]
        generator = keras.Model(inputs, truncated_images(generator, averages, truncation))
    steps = _steps_of(generator)
    constants = [(variable, ops.convert_to_numpy(variable)) for variable in generator.variables]
    names = ["latent", *["label"] * is_conditional, *["truncation"] * (averages is not None)]
    signature = [
        tf.TensorSpec((batch, given.shape[-1]), tf.float32, name=name)
        for name, given in zip(names, generator.inputs, strict=True)
    ]

    @tf.function(input_signature=signature, autograph=False)
    def infer(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        made = {id(given): Features(value) for given, value in zip(generator.inputs, inputs, strict=True)}
        with keras.StatelessScope(constants):
            for step in steps:
                with tf.name_scope(step.layer.name):
                    made[id(step.output)] = step.run(made)
        return {"image": _to_uint8(made[id(steps[-1].output)].value)}

    return infer.get_concrete_function()


@dataclass(frozen=True)
class _Step:
    """One layer's part in a network.

    Attributes:
        layer: that is called.
        arguments: with what, by position and by name.
        output: what it makes.
    """

    layer: keras.Layer
    arguments: tuple[tuple, dict]
    output: keras.KerasTensor

    def run(self, made: dict[int, Features]) -> Features:
        """What it makes on a phone.

        Args:
            made: of the steps before, by the id of their output.
        """
        inputs, options = self.arguments
        if len(inputs) == 1 and isinstance(inputs[0], keras.KerasTensor) and not options:
            return run_for_phones(self.layer, made[id(inputs[0])])
        values = {key: features.value for key, features in made.items()}
        inputs, options = keras.tree.map_structure(lambda each: values.get(id(each), each), self.arguments)
        return Features(self.layer(*inputs, **options))


def _steps_of(generator: keras.Model) -> list[_Step]:
    """A generator's layers, one after the other."""
    steps = []

    def call(layer: keras.Layer, *inputs: object, **options: object) -> keras.KerasTensor:
        output = layer(*inputs, **options)
        steps.append(_Step(layer, (inputs, options), output))
        return output

    keras.models.clone_model(
        generator, input_tensors=generator.input, clone_function=lambda layer: layer, call_function=call
    )
    return steps


def _to_uint8(image: keras.KerasTensor) -> keras.KerasTensor:
    """`pgkeras.images.to_uint8` in operators that TFLite has."""
    return ops.cast(ops.floor(ops.clip(image * 127.5 + 128.0, 0.0, 255.0)), "uint8")
