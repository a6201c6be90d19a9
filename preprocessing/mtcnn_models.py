"""MTCNN's three networks (Zhang et al., arXiv 1604.02878) as LiteRT models, with the mtcnn package's weights.

They are written here instead of converted from that package's Keras models: nobody needs TensorFlow to find faces, and
its import and converter would take four of the five seconds that a photo takes.
"""

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import joblib
import numpy as np

from preprocessing.litert_model import LiteRTModel

_PACKAGE = find_spec("mtcnn")  # finds it without importing it, and so TensorFlow
if _PACKAGE is None:
    raise ModuleNotFoundError("No module named 'mtcnn'", name="mtcnn")
_Layer = tuple[np.ndarray, ...]
"""Kernel, (height, width, channels, filters) or (features, units); bias; and, if hidden, the slopes of its PReLU."""
_OUTPUTS = {"pnet": 2, "rnet": 2, "onet": 3}
"""How many each network has, all of them of its last hidden layer."""
_POOLS = {
    "pnet": {0: (2, "SAME")},
    "rnet": {0: (3, "SAME"), 1: (3, "VALID")},
    "onet": {0: (3, "SAME"), 1: (3, "VALID"), 2: (2, "SAME")},
}
"""After which hidden layers there is one: its window and padding."""


@cache
def mtcnn_model(name: str, shape: tuple[int, int, int, int]) -> bytes:
    """A network for inputs of one shape.

    Args:
        name: pnet, rnet or onet.
        shape: (batch, height, width, 3), of pixels in [-1, 1].

    Returns:
        A LiteRT model. Its outputs: how to move the sides of a box, (..., 4); from onet, landmarks, (..., 10); and the
        probabilities of no face and a face, (..., 2).
    """
    hidden, heads = _weights(name)
    model = LiteRTModel(shape)

    def linear(inputs: int, kernel: np.ndarray, bias: np.ndarray) -> int:
        return (model.convolution if kernel.ndim == 4 else model.dense)(inputs, kernel, bias)

    features = model.input
    for index, (kernel, bias, slopes) in enumerate(hidden):
        features = model.prelu(linear(features, kernel, bias), slopes)
        if index in _POOLS[name]:
            features = model.max_pool(features, *_POOLS[name][index])
    *others, judgement = [linear(features, kernel, bias) for kernel, bias in heads]
    return model.finish([*others, model.softmax(judgement)])


def _weights(name: str) -> tuple[list[_Layer], list[_Layer]]:
    """Of the hidden layers and of the outputs."""
    # A pickle, but of the package itself, which is trusted as its code is.
    arrays = joblib.load(Path(_PACKAGE.origin).parent / "assets" / "weights" / f"{name}.lz4")
    split = len(arrays) - 2 * _OUTPUTS[name]
    hidden = [tuple(arrays[start : start + 3]) for start in range(0, split, 3)]
    heads = [tuple(arrays[start : start + 2]) for start in range(split, len(arrays), 2)]
    if hidden[-1][0].ndim == 2:
        (*_, filters), (kernel, *others) = hidden[-2][0].shape, hidden[-1]
        hidden[-1] = (_by_rows(kernel, filters), *others)
    return hidden, heads


def _by_rows(kernel: np.ndarray, filters: int) -> np.ndarray:
    """The package flattens square pictures by columns, LiteRT by rows."""
    side = math.isqrt(len(kernel) // filters)
    return kernel.reshape(side, side, filters, -1).swapaxes(0, 1).reshape(kernel.shape)
