"""Operators that a phone lacks, in models made for real."""

import contextlib
import io

import pytest
import tensorflow as tf
from tensorflow.lite.python.schema_py_generated import BuiltinOperator
from tensorflow.lite.tools import flatbuffer_utils

from android_demo.apk.artifacts import RUNTIME
from export import lint as linter
from export.app_runtime import APP_RUNTIME, GPU_OPERATORS, NEWEST_VERSIONS
from export.convert import convert
from export.inference_graph import inference_graph
from export.int8 import Int8Converter
from export.lint import lint
from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr
from tests.export.test_gate import flex_model


@pytest.fixture(scope="module")
def graph(make_generator):
    return inference_graph(make_generator(resolution=8))


def test_the_runtime_is_the_app_s():
    assert RUNTIME.version.split("-")[0] == APP_RUNTIME


def test_only_the_cast_to_pixels_is_not_for_gpus(graph):
    for model in (convert(graph, "float32", "x"), convert(graph, "dynamic", "x"), Int8Converter(graph, "x").convert()):
        assert lint(model, "x").not_on_gpu == ["CAST"]


def test_tensorflow_s_own_analyzer_finds_nothing_more(graph):
    """It takes the cast as well; the delegate itself refuses uint8."""
    printed = io.StringIO()
    with quiet_stderr(), contextlib.redirect_stdout(printed):
        tf.lite.experimental.Analyzer.analyze(model_content=convert(graph, "float32", "x"), gpu_compatibility=True)
    assert "GPU COMPATIBILITY WARNING" not in printed.getvalue()


def test_flex():
    with pytest.raises(UserError, match=r"^x: uses operators that are not built into TFLite \(FlexMatrixInverse\)"):
        lint(flex_model(), "x")


def test_a_newer_version(graph, monkeypatch):
    monkeypatch.setitem(linter.NEWEST_VERSIONS, "RESIZE_NEAREST_NEIGHBOR", 2)
    with pytest.raises(UserError, match=r"newer than the app's TFLite 2.21.0 \(RESIZE_NEAREST_NEIGHBOR 3\)$"):
        lint(convert(graph, "float32", "x"), "x")


def test_an_operator_that_the_runtime_lacks(graph):
    content = flatbuffer_utils.convert_bytearray_to_object(convert(graph, "float32", "x"))
    content.operatorCodes[0].builtinCode = BuiltinOperator.STABLEHLO_CLAMP
    with pytest.raises(UserError, match=r"newer than the app's TFLite 2.21.0 \(STABLEHLO_CLAMP 1\)$"):
        lint(flatbuffer_utils.convert_object_to_bytearray(content), "x")


def test_runtimes_before_scales_per_channel_of_dense_layers(graph, monkeypatch):
    """The converter would write version 12, which came with TFLite 2.17."""
    monkeypatch.setitem(linter.NEWEST_VERSIONS, "FULLY_CONNECTED", 11)
    for model in (convert(graph, "dynamic", "x"), Int8Converter(graph, "x").convert()):
        assert "FULLY_CONNECTED" in lint(model, "x").operators


def test_names_are_tflite_s():
    assert all(hasattr(BuiltinOperator, name) for name in {*GPU_OPERATORS, *NEWEST_VERSIONS})
