"""TensorFlow's TFLite converter, held to built-in operators."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import tensorflow as tf
from tensorflow.lite.python.convert import ConverterError
from tensorflow.types.experimental import ConcreteFunction

from export.contract import SIGNATURE
from export.options import Quantization
from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr

Graphs = Mapping[str, ConcreteFunction]
NO_OTHERS: Graphs = MappingProxyType({})


def convert(graph: ConcreteFunction, quantization: Quantization, name: str, others: Graphs = NO_OTHERS) -> bytes:
    """Converts a graph; the same graph gives the same bytes. int8, which needs calibration, is `Int8Converter`'s.

    Args:
        graph: without variables, from `inference_graph`.
        quantization: how weights are stored. Arithmetic is float32, but for the convolutions of "dynamic": int8, with
            a scale that each feature map gets when it is there.
        name: of the model, for the error.
        others: the same network with other inputs, by the key of their signature; the file has the weights once.

    Returns:
        The .tflite file, whose signature `serving_default` has the graph's input and output names.

    Raises:
        UserError: if TFLite has no built-in operator for a part of the graph.
    """
    with new_converter(graph, others, name) as converter:
        if quantization != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantization == "float16":
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


@contextmanager
def new_converter(graph: ConcreteFunction, others: Graphs, name: str) -> Iterator[tf.lite.TFLiteConverter]:
    """A converter that is silent within the block, and whose errors are a user's.

    Args:
        graph: of the default signature.
        others: of more signatures, by their key.
        name: of the model, for the error.

    Raises:
        UserError: if it fails.
    """
    try:
        with quiet_stderr(), tempfile.TemporaryDirectory() as folder:
            if not others:
                converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module())
            else:  # only a SavedModel can have several signatures
                signatures = {SIGNATURE: graph, **others}
                tf.saved_model.save(tf.Module(), folder, signatures)
                converter = tf.lite.TFLiteConverter.from_saved_model(folder, list(signatures))
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
            # A dense layer with a scale per channel wins 0.4 dB and loses runtimes before TFLite 2.17.
            converter._experimental_disable_per_channel_quantization_for_dense_layers = True
            yield converter
    except ConverterError as error:
        raise UserError(f"{name}: {_explain(error)}") from None


def _explain(error: ConverterError) -> str:
    """One line of the converter's pages."""
    missing = re.findall(r"^(?:TF Select|Custom) ops: (.+)$", str(error), re.MULTILINE)
    if missing:
        return f"TFLite has no built-in operator for {', '.join(missing)}"
    return f"TFLite's converter failed ({str(error).strip().splitlines()[0][:200]})"
