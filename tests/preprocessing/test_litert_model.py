import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from preprocessing.litert_model import LiteRTModel

PICTURE = np.arange(15, dtype=np.float32).reshape(1, 3, 5, 1)
"""Rows 0 to 4, 5 to 9, 10 to 14."""


def run(model, *outputs):
    interpreter = Interpreter(model_content=model.finish([*outputs]), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], PICTURE)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


def test_convolution():
    model = LiteRTModel(PICTURE.shape)
    kernel = np.zeros((2, 3, 1, 2), np.float32)
    kernel[0, 0, 0, 0] = 1  # the pixel itself
    kernel[1, 2, 0, 1] = 10  # the one below, two to the right, tenfold
    (found,) = run(model, model.convolution(model.input, kernel, np.float32([0.5, -7])))
    np.testing.assert_array_equal(found[0, ..., 0], [[0.5, 1.5, 2.5], [5.5, 6.5, 7.5]])
    np.testing.assert_array_equal(found[0, ..., 1], [[63, 73, 83], [113, 123, 133]])


def test_pooling_and_outputs_in_their_order():
    model = LiteRTModel(PICTURE.shape)
    pools = [model.max_pool(model.input, *pool) for pool in ((3, "VALID"), (3, "SAME"), (2, "SAME"), (2, "VALID"))]
    found = [pool[0, ..., 0].tolist() for pool in run(model, *pools)]
    assert found == [[[12, 14]], [[6, 8, 9], [11, 13, 14]], [[6, 8, 9], [11, 13, 14]], [[6, 8]]]


def test_dense_layers_flatten_row_by_row():
    model = LiteRTModel(PICTURE.shape)
    kernel = np.zeros((15, 2), np.float32)
    kernel[[1, 5], 0] = 1, 100
    (found,) = run(model, model.dense(model.input, kernel, np.float32([0, -3])))
    np.testing.assert_array_equal(found, [[501, -3]])


def test_prelu_and_softmax():
    model = LiteRTModel(PICTURE.shape)
    kernel = np.float32([[[[1, -1]]]])
    both = model.convolution(model.input, kernel, np.float32([-1, 1]))  # x - 1 and 1 - x
    slopes, even = np.float32([[[0.25, 0.5]]]), np.float32([[[0, 0]]])
    found, halves = run(model, model.prelu(both, slopes), model.softmax(model.prelu(both, even)))
    np.testing.assert_array_equal(found[0, 0, :3], [[-0.25, 1], [0, 0], [1, -0.5]])
    np.testing.assert_allclose(halves[0, 0, :2], [[1 / (1 + np.e), np.e / (1 + np.e)], [0.5, 0.5]], rtol=1e-6)


def test_weights_are_aligned_as_the_schema_asks():
    model = LiteRTModel(PICTURE.shape)
    output = model.convolution(model.input, np.ones((1, 1, 1, 3), np.float32), np.ones(3, np.float32))
    data = model.finish([output])
    read = schema.Model.GetRootAs(data)
    buffers = [read.Buffers(number).DataAsNumpy() for number in range(1, read.BuffersLength())]
    start = np.frombuffer(data, np.uint8).ctypes.data
    assert [(each.ctypes.data - start) % 16 for each in buffers] == [0, 0]
    assert schema.Model.ModelBufferHasIdentifier(data, 0)
