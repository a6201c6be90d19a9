"""TensorFlow's TFLite converter, held to built-in operators."""

import re
from typing import Literal

import tensorflow as tf
from tensorflow.lite.python.convert import ConverterError
from tensorflow.types.experimental import ConcreteFunction

from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr

Quantization = Literal["float32", "float16"]


def convert(graph: ConcreteFunction, quantization: Quantization, name: str) -> bytes:
    """Converts a graph; the same graph gives the same bytes.

    Args:
        graph: without variables, from `inference_graph`.
        quantization: how weights are stored; arithmetic is float32 in both.
        name: of the model, for the error.

    Returns:
        The .tflite file, whose one signature has the graph's input and output names.

    Raises:
        UserError: if TFLite has no built-in operator for a part of the graph.
    """
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if quantization == "float16":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    try:
        with quiet_stderr():
            return converter.convert()
    except ConverterError as error:
        raise UserError(f"{name}: {_explain(error)}") from None


def _explain(error: ConverterError) -> str:
    """One line of the converter's pages."""
    missing = re.findall(r"^(?:TF Select|Custom) ops: (.+)$", str(error), re.MULTILINE)
    if missing:
        return f"TFLite has no built-in operator for {', '.join(missing)}"
    return f"TFLite's converter failed ({str(error).strip().splitlines()[0][:200]})"
