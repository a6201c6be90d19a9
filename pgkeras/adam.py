"""Adam as TensorFlow's one fused operation per variable."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="pgkeras")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, computed in one pass over each variable instead of a dozen (arXiv 1412.6980, section 2).

    In networks at low resolutions, where weights outnumber pixels, the unfused passes take a good part of a step.
    Arguments are those of `keras.optimizers.Adam`, without amsgrad.

    >>> variable = keras.Variable([1.0])
    >>> FusedAdam(learning_rate=0.5, epsilon=1e-8).apply([tf.constant([3.0])], [variable])
    >>> round(float(variable.value[0]), 4)
    0.5
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Updates one variable and its two moments."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )
