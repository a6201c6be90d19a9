"""Pixel normalization as GPUs compute it, in float16, against the paper's."""

import keras
import numpy as np
import pytest

from export.inference_graph import _as_phones_run_it
from pgkeras.layers import PixelNormalization

PAPER = PixelNormalization()
PHONE = _as_phones_run_it(PAPER)


def in_float16(features: np.ndarray) -> np.ndarray:
    """The graph's operators one by one, each result rounded to float16, and what is below its normal numbers zero."""

    def half(numbers) -> np.ndarray:
        rounded = np.float32(np.float16(numbers))
        return np.where(np.abs(rounded) < 2.0**-14, 0, rounded)

    channels = features.shape[-1]
    scale = 2.0 ** (2 - np.floor(np.log2(channels) / 2))
    squares = half(half(features * scale) ** 2)
    total = np.zeros((*features.shape[:-1], 1), np.float32)
    for channel in range(channels):
        total = half(total + squares[..., channel : channel + 1])
    root = half(1 / np.sqrt(half(total + 2.0**-14)))
    return half(features * half(root * half(np.sqrt(channels * scale**2))))


@pytest.mark.parametrize("channels", [3, 16, 24, 64, 128, 512])
@pytest.mark.parametrize("size", [0.25, 1.0, 20.0])
def test_equal_in_float32(channels, size):
    features = size * np.random.default_rng(0).normal(size=(2, 4, 4, channels)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(PAPER(features))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(PHONE(features)), expected, rtol=5e-4, atol=1e-6)


@pytest.mark.parametrize("channels", [16, 64, 512])
@pytest.mark.parametrize("size", [0.25, 1.0, 40.0])
def test_safe_in_float16(channels, size):
    """The paper's sum of 512 squares of 40 would be 819,200, infinite in float16."""
    features = size * np.random.default_rng(0).normal(size=(4, channels)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(PAPER(features))
    np.testing.assert_allclose(in_float16(features), expected, rtol=0.03, atol=2e-3)


def test_zeros_stay_zeros_in_float16():
    np.testing.assert_array_equal(in_float16(np.zeros((1, 512), np.float32)), 0)
