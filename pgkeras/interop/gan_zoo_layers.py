"""The one layer of PyTorch GAN Zoo's networks that computes something else than ours."""

import keras
from keras import KerasTensor as Tensor
from keras import ops

GROUP_SIZE = 4


@keras.saving.register_keras_serializable(package="pgkeras")
class GANZooMinibatchStddev(keras.layers.Layer):
    """Appends one channel: how much the images of a group differ, as PyTorch GAN Zoo computes it.

    `pgkeras.layers.MinibatchStddev` deals out the images in turn and divides the squared deviations by their number n,
    as the official code does. GAN Zoo groups neighbours, four of them or, if four does not divide the batch, all, and
    divides by n - 1.

    Args:
        epsilon: added to the variance.

    Input: (batch, height, width, channels). Output: (batch, height, width, channels + 1).
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs: Tensor) -> Tensor:
        batch, height, width, channels = ops.shape(inputs)
        members = ops.where(ops.equal(batch % GROUP_SIZE, 0), GROUP_SIZE, batch)
        group = ops.arange(batch) // members
        mean_of_group = ops.cast(group[:, None] == group[None, :], "float32") / ops.cast(members, "float32")

        features = ops.reshape(ops.cast(inputs, "float32"), (batch, height * width * channels))
        squares = ops.square(features - mean_of_group @ features)
        variance = mean_of_group @ squares * ops.cast(members / ops.maximum(members - 1, 1), "float32")
        stddev = ops.mean(ops.sqrt(variance + self.epsilon), axis=1)

        statistic = ops.broadcast_to(ops.reshape(stddev, (batch, 1, 1, 1)), (batch, height, width, 1))
        return ops.concatenate([inputs, ops.cast(statistic, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict:
        return super().get_config() | {"epsilon": self.epsilon}
