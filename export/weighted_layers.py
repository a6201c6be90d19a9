"""The layers of a .tflite file that have weights."""

from tensorflow.lite.tools.flatbuffer_utils import schema_fb as schema

WEIGHTED = ("CONV_2D", "FULLY_CONNECTED")
FILTER = 1  # place among a layer's inputs
_CODES = [getattr(schema.BuiltinOperator, name) for name in WEIGHTED]


def weighted_layers(model: schema.ModelT) -> list[dict[str, schema.OperatorT]]:
    """Of each signature, the layers by name: that of their output, as TensorFlow's quantization debugger calls them.

    Args:
        model: the parsed file.

    Returns:
        The same layers in the same order for each signature; its names differ from the others'.
    """
    return [
        {
            graph.tensors[operator.outputs[0]].name.decode(): operator
            for operator in graph.operators
            if model.operatorCodes[operator.opcodeIndex].builtinCode in _CODES
        }
        for graph in model.subgraphs
    ]
