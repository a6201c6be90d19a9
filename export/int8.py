"""Convolutions in int8, calibrated on the latents that people draw, with TensorFlow's own quantization debugger."""

import csv
import io
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.convert import deduplicate_readonly_buffers
from tensorflow.lite.tools import flatbuffer_utils
from tensorflow.lite.tools.flatbuffer_utils import schema_fb as schema
from tensorflow.types.experimental import ConcreteFunction

from export.contract import SIGNATURE
from export.convert import NO_OTHERS, Graphs, new_converter
from export.weighted_layers import FILTER, WEIGHTED, weighted_layers
from pgkeras.labels import one_hot
from pgkeras.latents import LAST_SEED, latents_from_seeds
from pgkeras.quiet_tensorflow import quiet_stderr

CALIBRATION_LATENTS = 32  # or as many as there are classes; more measure the same ranges
DEBUGGED = 16
# Cheap, and what hurts most in 8 bits: the square of a feature, its root's inverse, values near zero.
FLOAT_OPERATORS = ("SUM", "ADD", "SUB", "RSQRT", "MUL", "MINIMUM", "RELU")
# Pixels. An activation's second rounding costs 0.15 dB in a network's last block, 1.6 dB in all: earlier errors move an
# eyebrow. From here on memory is what the time goes to, and int8 is a quarter of it.
INT8_ACTIVATIONS_FROM = 128


class Int8Converter:
    """Calibrates a graph once; then converts it with some of its layers left in float.

    Activations' ranges are measured on 32 latents of N(0, 1), or one of each class if there are more. The convolutions'
    inputs, weights, sums and outputs are integers, and the leaky ReLUs of large features. What else is between them is
    float32, and so are 1x1 convolutions, those to RGB.

    Args:
        graph: without variables, from `inference_graph`.
        name: of the model, for the error.
        others: the same network with other inputs, by the key of their signature.

    Raises:
        UserError: if the converter fails.
    """

    def __init__(self, graph: ConcreteFunction, name: str, others: Graphs = NO_OTHERS) -> None:
        self._graph = graph
        self._others = others
        with new_converter(graph, others, name) as converter:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_ops = [
                tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
                tf.lite.OpsSet.TFLITE_BUILTINS,
            ]
            converter.representative_dataset = self._calibration
            with _quiet():
                self._debugger = tf.lite.experimental.QuantizationDebugger(
                    converter=converter, debug_dataset=self._debug_inputs, debug_options=_options(())
                )

    def convert(self, float_layers: Collection[str] = ()) -> bytes:
        """The .tflite file.

        Args:
            float_layers: names, from `layers_by_error`, of those whose weights and arithmetic stay float32.
        """
        with _quiet():
            self._debugger.options = _options([*self._in_all_signatures(float_layers), *self._float_nodes()])
            return bytes(deduplicate_readonly_buffers(self._debugger.get_nondebug_quantized_model()))

    def layers_by_error(self) -> list[str]:
        """Layers with weights: those first whose output 8 bits change most, in steps of the output's own scale."""
        with _quiet():
            self._debugger.options = _options(self._float_nodes())
            self._debugger.run()
        text = io.StringIO()
        self._debugger.layer_statistics_dump(text)
        rows = [row for row in csv.DictReader(io.StringIO(text.getvalue())) if row["op_name"] in WEIGHTED]
        rows.sort(key=lambda row: float(row["mean_squared_error"]) / float(row["scale"]) ** 2, reverse=True)
        return [row["tensor_name"] for row in rows]

    @cached_property
    def _calibrated(self) -> schema.ModelT:
        return flatbuffer_utils.convert_bytearray_to_object(self._debugger.calibrated_model)

    def _float_nodes(self) -> list[str]:
        """Early activations, and convolutions to RGB, which read features that are float already."""
        nodes = []
        for graph in self._calibrated.subgraphs:
            for operator in graph.operators:
                name = flatbuffer_utils.opcode_to_name(self._calibrated, operator.opcodeIndex)
                output = graph.tensors[operator.outputs[0]]
                if name == "LEAKY_RELU":
                    in_float = output.shape[1] < INT8_ACTIVATIONS_FROM
                else:
                    in_float = name == "CONV_2D" and graph.tensors[operator.inputs[FILTER]].shape[1] == 1
                if in_float:
                    nodes.append(output.name.decode())
        return nodes

    def _in_all_signatures(self, layers: Collection[str]) -> list[str]:
        """The converter gives a layer another name in each signature; only its place is the same."""
        signatures = weighted_layers(self._calibrated)
        return [name for names in zip(*signatures, strict=True) if names[0] in layers for name in names]

    def _calibration(self) -> Iterator[dict[str, np.ndarray] | tuple[str, dict[str, np.ndarray]]]:
        if not self._others:
            yield from _inputs(self._graph, _calibration_seeds(self._graph))
            return
        # The very same latents: so all signatures measure the same ranges, and draw the same pictures.
        for key, graph in {SIGNATURE: self._graph, **self._others}.items():
            yield from ((key, given) for given in _inputs(graph, _calibration_seeds(self._graph)))

    def _debug_inputs(self) -> Iterator[list[np.ndarray]]:
        order = [
            "label" if "label" in detail["name"] else "latent"
            for detail in self._debugger._quant_interpreter.get_input_details()
        ]
        for given in _inputs(self._graph, _calibration_seeds(self._graph)[:DEBUGGED]):
            yield [given[name] for name in order]


def _calibration_seeds(graph: ConcreteFunction) -> range:
    """None that a card shows."""
    sizes = {tensor.name: tensor.shape for tensor in graph.structured_input_signature[0]}
    number = max(CALIBRATION_LATENTS, sizes["label"][1] if "label" in sizes else 0)
    return range(LAST_SEED + 1 - number, LAST_SEED + 1)


def _inputs(graph: ConcreteFunction, seeds: range) -> Iterator[dict[str, np.ndarray]]:
    """Batches as large as a graph takes, filled up from the start; every class in turn; nothing truncated."""
    sizes = {tensor.name: tensor.shape for tensor in graph.structured_input_signature[0]}
    batch, latent_size = sizes["latent"]
    latents = latents_from_seeds(seeds, latent_size)
    for start in range(0, len(seeds), batch):
        indices = np.arange(start, start + batch) % len(seeds)
        given = {"latent": latents[indices]}
        if "label" in sizes:
            given["label"] = one_hot(indices % sizes["label"][1], sizes["label"][1])
        if "truncation" in sizes:
            given["truncation"] = np.ones((batch, 1), np.float32)
        yield given


def _options(float_nodes: Collection[str]) -> tf.lite.experimental.QuantizationDebugOptions:
    return tf.lite.experimental.QuantizationDebugOptions(
        denylisted_ops=list(FLOAT_OPERATORS), denylisted_nodes=list(float_nodes)
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """The debugger prints, and warns of its interpreter's move to another package."""
    with quiet_stderr(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated")
        yield
