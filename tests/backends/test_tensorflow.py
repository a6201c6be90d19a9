"""TensorFlow's own: the fused optimizer against the paper's algorithm, and devices."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pgkeras import UserError
from pgkeras.backends import tensorflow


@pytest.mark.parametrize("beta1", [0.0, 0.9])
def test_adam_by_hand(beta1):
    """Algorithm 1 of arXiv 1412.6980, in the form at the end of its section 2."""
    rate, beta2, epsilon = 0.1, 0.99, 1e-3
    random = np.random.default_rng(0)
    variable = keras.Variable(np.ones((2, 3), np.float32))
    optimizer = tensorflow.FusedAdam(learning_rate=rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)
    expected, mean, square = np.ones((2, 3)), np.zeros((2, 3)), np.zeros((2, 3))
    for step in range(1, 5):
        gradient = random.normal(size=(2, 3))
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        factor = rate * np.sqrt(1 - beta2**step) / (1 - beta1**step)
        expected -= factor * mean / (np.sqrt(square) + epsilon)
        optimizer.apply([tf.constant(gradient, tf.float32)], [variable])
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("details", "precision"),
    [({"compute_capability": (8, 6)}, "bfloat16"), ({"compute_capability": (7, 5)}, "float16"), ({}, "float32")],
)
def test_gpus(monkeypatch, details, precision):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one", "two"])
    named = details | {"device_name": "Fast GPU"}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda device: named)
    assert tensorflow.accelerators() == [("Fast GPU", precision)] * 2


def test_more_gpus_than_there_are_is_an_error(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one", "two"])
    with pytest.raises(UserError, match="`devices` 3: this machine has 2 GPUs"):
        tensorflow.choose_devices(3)


def test_one_machine_agrees_with_itself():
    assert tensorflow.Devices().agree(True, False) == [True, False]


def test_errors_of_memory():
    assert tensorflow.is_out_of_memory(tf.errors.ResourceExhaustedError(None, None, "too large"))
    assert not tensorflow.is_out_of_memory(tf.errors.InvalidArgumentError(None, None, "memory"))
