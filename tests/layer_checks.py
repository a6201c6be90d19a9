"""What every layer must pass: one call per layer."""

import inspect

import keras
import numpy as np
from keras import ops


def check_layer(layer_class: type[keras.Layer], arguments: dict, inputs, expected_shape: tuple) -> np.ndarray:
    """Runs a layer through everything that a Keras layer promises and returns its output.

    Args:
        layer_class: the class.
        arguments: of its `__init__`; none may be left out, so that get_config is checked for each.
        inputs: one array, or a list of arrays for layers of several inputs.
        expected_shape: of the output.
    """
    keras.utils.set_random_seed(0)
    own_arguments = set(inspect.signature(layer_class.__init__).parameters) - {"self", "kwargs"}
    assert set(arguments) == own_arguments, "give every argument of __init__"

    layer = layer_class(**arguments)
    output = ops.convert_to_numpy(layer(inputs))
    assert output.shape == expected_shape
    assert np.isfinite(output).all()

    config = layer.get_config()
    for name, value in arguments.items():
        assert name in config, f"{name} is missing from get_config()"
        assert config[name] == value or tuple(config[name]) == (value,), f"get_config() changes {name}"
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer)).get_config() == config

    twin = layer_class.from_config(config)
    twin(inputs)
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(ops.convert_to_numpy(twin(inputs)), output)

    shapes = [each.shape for each in inputs] if isinstance(inputs, list) else inputs.shape
    assert tuple(layer.compute_output_shape(shapes)) == expected_shape
    _check_symbolic_call(layer, inputs, expected_shape)
    _check_mixed_precision(layer_class, arguments, inputs, layer, output)
    return output


def _check_symbolic_call(layer: keras.Layer, inputs, expected_shape: tuple) -> None:
    """The layer works on unknown batch sizes, in a functional model."""
    many = inputs if isinstance(inputs, list) else [inputs]
    symbols = [keras.Input(each.shape[1:]) for each in many]
    model = keras.Model(symbols, layer(symbols if isinstance(inputs, list) else symbols[0]))
    assert model.output_shape == (None, *expected_shape[1:])
    assert model.predict(inputs, verbose=0).shape == expected_shape


def _check_mixed_precision(layer_class: type, arguments: dict, inputs, layer: keras.Layer, output: np.ndarray) -> None:
    """In bfloat16 the layer keeps float32 variables and agrees to bfloat16's three digits."""
    mixed = layer_class(**arguments, dtype="mixed_bfloat16")
    mixed(inputs)
    mixed.set_weights(layer.get_weights())
    result = mixed(inputs)
    assert keras.backend.standardize_dtype(result.dtype) == "bfloat16"
    assert all(variable.dtype == "float32" for variable in mixed.variables)
    scale = np.abs(output).max()
    np.testing.assert_allclose(ops.convert_to_numpy(ops.cast(result, "float32")), output, atol=0.03 * scale)
