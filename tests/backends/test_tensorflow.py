"""TensorFlow's own: the fused optimizer against the paper's algorithm, and devices."""

import logging
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from pgkeras import UserError
from pgkeras.backends import tensorflow
from pgkeras.gan import ProgressiveGAN
from tests.backends.test_steps import REALS, made


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


@pytest.mark.parametrize(
    "options",
    [{}, {"loss": "non-saturating", "penalty_interval": 8}, {"loss": "relativistic"}, {"micro_batches": 2}],
)
def test_in_the_graph_that_runs_weights_are_read_before_they_are_updated(tmp_path, options):
    """TensorFlow optimizes the graph, and its dependency optimizer forgot some of that."""
    _, gan = made("bfloat16", **options)
    graph = optimized_graph(gan, tmp_path)
    users = list(users_of_variables(graph))
    assert sum(len(nodes) for nodes in users) > 100
    later = reachable(graph)
    for nodes in users:
        for one, other in combinations(nodes, 2):
            if {one.op, other.op} != {"ReadVariableOp"}:
                assert one.name in later[other.name] or other.name in later[one.name], (one.name, other.name)


def optimized_graph(gan: ProgressiveGAN, folder: Path) -> tf.compat.v1.GraphDef:
    """What TensorFlow makes of a step."""
    with tf.summary.create_file_writer(str(folder)).as_default():
        tf.summary.trace_on(graph=True)
        gan.train_on([(REALS, None)])
        tf.summary.trace_export("step", step=0)
    files = [str(path) for path in folder.iterdir()]
    events = [tf.compat.v1.Event.FromString(each.numpy()) for each in tf.data.TFRecordDataset(files)]
    (traced,) = (value.tensor.string_val[0] for event in events for value in event.summary.value)
    graphs = [each.post_optimization_graph for each in tf.compat.v1.RunMetadata.FromString(traced).function_graphs]
    return max(graphs, key=lambda graph: len(graph.node))


def users_of_variables(graph: tf.compat.v1.GraphDef) -> Iterator[list[tf.compat.v1.NodeDef]]:
    """The nodes that read or update each variable, in branches and loops, too."""
    for argument in graph.node:
        if argument.op == "_Arg" and argument.attr["T"].type == tf.resource.as_datatype_enum:
            yield list(users_of(argument, graph))


def users_of(handle: tf.compat.v1.NodeDef, graph: tf.compat.v1.GraphDef) -> Iterator[tf.compat.v1.NodeDef]:
    for node in graph.node:
        if handle.name in inputs(node):
            if node.op in ("Enter", "Switch", "Identity"):
                yield from users_of(node, graph)
            else:
                yield node


def reachable(graph: tf.compat.v1.GraphDef) -> dict[str, set[str]]:
    """For each node, itself and those that must wait for it."""
    before = {node.name: inputs(node) for node in graph.node}
    nodes = {node.name: node for node in graph.node}
    for node in graph.node:
        if node.op == "Exit":  # A loop's result waits for its last turn, whose end leads back to the loop's start.
            (switch,) = inputs(node)
            merge = nodes[switch].input[0]
            before[node.name] |= {name for name in inputs(nodes[merge]) if nodes[name].op == "NextIteration"}
    for node in graph.node:
        if node.op == "Merge":
            before[node.name] -= {name for name in inputs(node) if nodes[name].op == "NextIteration"}
    later = {name: {name} for name in before}
    for name in reversed(list(TopologicalSorter(before).static_order())):
        for earlier in before[name]:
            later[earlier] |= later[name]
    return later


def inputs(node: tf.compat.v1.NodeDef) -> set[str]:
    """Names of the nodes that it waits for."""
    return {name.lstrip("^").split(":")[0] for name in node.input}


def test_one_phase_after_the_other_is_nothing_to_warn_of():
    """As in a preflight where steps are so slow that each phase makes few."""
    messages = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    tf.get_logger().addHandler(handler)
    devices = tensorflow.Devices()
    for number in range(12):
        step = devices.compiled(lambda reals, labels, number=number: reals + number, [])
        assert step([(tf.zeros(1), None)]) == number
    tf.get_logger().removeHandler(handler)
    assert messages == []
