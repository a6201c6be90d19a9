"""The fused optimizer against the paper's algorithm, written out in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pgkeras.backends.tensorflow import FusedAdam


@pytest.mark.parametrize("beta1", [0.0, 0.9])
def test_adam_by_hand(beta1):
    """Algorithm 1 of arXiv 1412.6980, in the form at the end of its section 2."""
    rate, beta2, epsilon = 0.1, 0.99, 1e-3
    random = np.random.default_rng(0)
    variable = keras.Variable(np.ones((2, 3), np.float32))
    optimizer = FusedAdam(learning_rate=rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)
    expected, mean, square = np.ones((2, 3)), np.zeros((2, 3)), np.zeros((2, 3))
    for step in range(1, 5):
        gradient = random.normal(size=(2, 3))
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        factor = rate * np.sqrt(1 - beta2**step) / (1 - beta1**step)
        expected -= factor * mean / (np.sqrt(square) + epsilon)
        optimizer.apply([tf.constant(gradient, tf.float32)], [variable])
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-5)
