"""Chunks made by hand."""

import numpy as np

from preprocessing.chunk import Chunk, _crops, _refusals
from preprocessing.crop_photo import Crop, Refusal
from preprocessing.face import Face
from preprocessing.rejects import Rejection

SIZE = 8


def picture(number: int, size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (size, size, 3), np.uint8)


def crop(number: int, first_bits: int | None = None) -> Crop:
    face = Face(
        np.arange(4, dtype=np.float32) + number, np.arange(10, dtype=np.float32).reshape(5, 2) * number, number / 10
    )
    unlike = np.random.default_rng(number).integers(0, 2**64, 4, np.uint64)  # half of the bits differ
    alike = np.array([first_bits or 0, 0, 0, 0], np.uint64)
    bits = unlike if first_bits is None else alike
    return Crop(face, number / 100, 50.0 + number, picture(number), 100.0 + number, float(number), bits)


def chunk(outcomes: dict[str, list[Crop] | Refusal | Rejection]) -> Chunk:
    """A chunk of photos by source, each with its crops or why there are none."""
    results = [
        (source, Refusal(given, None) if isinstance(given, Rejection) else given) for source, given in outcomes.items()
    ]
    return Chunk(_crops(results, SIZE), _refusals(results))
