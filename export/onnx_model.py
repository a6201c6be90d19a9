"""ONNX, by tf2onnx, and onnxruntime to check it."""

import copy
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf
from tensorflow.types.experimental import ConcreteFunction

import pgkeras
from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr

if TYPE_CHECKING:
    import onnx

OPERATOR_SET = 17


def require_packages() -> None:
    """Makes sure, before any long work, that ONNX can be written and run.

    Raises:
        UserError: if a package is not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise UserError(f"`also` onnx: {error.name} is missing; pip install 'pgkeras[onnx]'") from None


def to_onnx(graph: ConcreteFunction, name: str) -> bytes:
    """Converts a graph; the same graph gives the same bytes.

    Args:
        graph: of `inference_graph`.
        name: of the model.

    Returns:
        The .onnx file, whose inputs and output are named as the graph's. A truncation may be left out: it has the
        default 1.
    """
    import onnx
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    signature = graph.structured_input_signature[0]
    names = [each.name for each in signature]
    function = tf.function(lambda *given: graph(**dict(zip(names, given, strict=True))), autograph=False)
    with quiet_stderr():
        model, _ = tf2onnx.convert.from_function(function, input_signature=list(signature), opset=OPERATOR_SET)
    _modernize(model.graph)
    _put_in_order(model.graph)
    if "truncation" in names:
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.ones((1, 1), np.float32), "truncation"))
    model.graph.name = name
    model.producer_name, model.producer_version = "pgkeras", pgkeras.__version__
    model.doc_string = "Generator of a progressive growing GAN: latents in, images out."
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


class OnnxSession:
    """Runs an .onnx file.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        with quiet_stderr():  # it warns of inputs that have a default
            self._session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def run(self, given: dict[str, np.ndarray]) -> np.ndarray:
        """Images of a batch.

        Args:
            given: inputs by name.
        """
        return self._session.run(["image"], given)[0]


def _modernize(graph: "onnx.GraphProto") -> None:
    """tf2onnx's nearest-neighbour mode left the standard with operator set 13; for whole factors this one equals it."""
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.s == b"tf_half_pixel_for_nn":
                attribute.s = b"asymmetric"


def _put_in_order(graph: "onnx.GraphProto") -> None:
    """Orders and names what the converter leaves in the order of a hash: as the output needs it, depth first."""
    makers = {output: node for node in graph.node for output in node.output}
    constants = {each.name: each for each in graph.initializer}
    nodes = list(_needed(graph.output[0].name, makers, set()))
    outer = {each.name for each in (*graph.input, *graph.output)}
    names: dict[str, str] = {"": ""} | {name: name for name in outer}
    for number, node in enumerate(nodes):
        node.name = f"{node.op_type}_{number}"
        for place, given in enumerate(node.input):
            if given in constants and given not in names:
                names[given] = f"{node.name}_input_{place}"
        for place, made in enumerate(node.output):
            names.setdefault(made, f"{node.name}_output_{place}")
    for node in nodes:
        node.input[:] = [names[each] for each in node.input]
        node.output[:] = [names[each] for each in node.output]
    used = [constants[name] for name in names if name in constants]
    for constant in used:
        constant.name = names[constant.name]
    nodes, used = copy.deepcopy(nodes), copy.deepcopy(used)
    for field in ("value_info", "node", "initializer"):
        graph.ClearField(field)
    graph.node.extend(nodes)
    graph.initializer.extend(used)
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"


def _needed(tensor: str, makers: "dict[str, onnx.NodeProto]", seen: set[str]) -> "Iterator[onnx.NodeProto]":
    node = makers.get(tensor)
    if node is None or tensor in seen:
        return
    seen.update(node.output)
    for given in node.input:
        yield from _needed(given, makers, seen)
    yield node
