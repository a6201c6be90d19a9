"""Dynamic-range int8, with some layers' weights left in float32."""

from collections.abc import Collection
from functools import cached_property

from tensorflow.lite.tools import flatbuffer_utils
from tensorflow.lite.tools.flatbuffer_utils import schema_fb as schema
from tensorflow.types.experimental import ConcreteFunction

from export.convert import NO_OTHERS, Graphs, convert
from export.int8 import Int8Converter
from export.weighted_layers import FILTER, weighted_layers


class DynamicConverter:
    """Converts a graph with int8 weights, some of its layers left in float.

    Args:
        graph: without variables, from `inference_graph`.
        name: of the model, for the error.
        others: the same network with other inputs, by the key of their signature.

    Raises:
        UserError: if the converter fails.
    """

    def __init__(self, graph: ConcreteFunction, name: str, others: Graphs = NO_OTHERS) -> None:
        self._given = graph, name, others
        self._quantized = convert(graph, "dynamic", name, others)

    def convert(self, float_layers: Collection[str] = ()) -> bytes:
        """The .tflite file.

        Args:
            float_layers: names, from `layers_by_error`, of those whose weights and arithmetic stay float32.
                TensorFlow's converter offers no choice here: they get the weights of the float32 model's same layers.
        """
        if not float_layers:
            return self._quantized
        quantized = flatbuffer_utils.convert_bytearray_to_object(self._quantized)
        _restore(quantized, flatbuffer_utils.convert_bytearray_to_object(self._original), float_layers)
        return bytes(flatbuffer_utils.convert_object_to_bytearray(quantized))

    def layers_by_error(self) -> list[str]:
        """Layers with int8 weights: those first whose output 8 bits change most, as `Int8Converter` measures it."""
        quantized = flatbuffer_utils.convert_bytearray_to_object(self._quantized)
        tensors = quantized.subgraphs[0].tensors
        with_int8 = {
            name
            for name, layer in weighted_layers(quantized)[0].items()
            if tensors[layer.inputs[FILTER]].type == schema.TensorType.INT8
        }
        return [name for name in Int8Converter(*self._given).layers_by_error() if name in with_int8]

    @cached_property
    def _original(self) -> bytes:
        graph, name, others = self._given
        return convert(graph, "float32", name, others)


def _restore(quantized: schema.ModelT, original: schema.ModelT, float_layers: Collection[str]) -> None:
    """Puts the original's filters into layers; signatures go on sharing them."""
    restored: dict[int, int] = {}
    first, *_ = signatures = weighted_layers(quantized)
    places = [place for place, name in enumerate(first) if name in float_layers]
    for graph, layers, original_graph, original_layers in zip(
        quantized.subgraphs, signatures, original.subgraphs, weighted_layers(original), strict=True
    ):
        for place in places:
            tensor = graph.tensors[list(layers.values())[place].inputs[FILTER]]
            source = original_graph.tensors[list(original_layers.values())[place].inputs[FILTER]]
            if tensor.type == source.type:
                continue
            if source.buffer not in restored:
                quantized.buffers[tensor.buffer].data = original.buffers[source.buffer].data
                restored[source.buffer] = tensor.buffer
            tensor.buffer, tensor.type, tensor.quantization = restored[source.buffer], source.type, source.quantization
