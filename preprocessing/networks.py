"""MTCNN's three networks (Zhang et al., arXiv 1604.02878) with the mtcnn package's weights, run by LiteRT."""

import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from pgkeras.quiet_tensorflow import quiet_stderr
from preprocessing.mtcnn_models import mtcnn_model
from preprocessing.pyramid import CELL, STRIDE

PATCHES = {"rnet": 16, "onet": 4}  # at a time
PATCH_SIDES = {"rnet": 24, "onet": 48}  # pixels

_one_thread = threading.Lock()


class Networks:
    """The networks, for one thread.

    LiteRT computes them in half the time of TensorFlow on one core, so that every core can have a photo of its own.

    Args:
        tile: height and width of the pictures in which the first network seeks faces, in pixels; even numbers.
    """

    def __init__(self, tile: tuple[int, int]) -> None:
        self._tile = tile
        with _one_thread, quiet_stderr():
            self._proposals = _interpreter(mtcnn_model("pnet", (1, *tile, 3)))
            self._refining = {name: _interpreter(mtcnn_model(name, _patches_shape(name))) for name in PATCHES}

    def propose(self, mosaic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Looks for faces of 12x12 pixels, two pixels apart.

        What is larger than a tile is seen in several that overlap by a cell less a stride, which gives the same.

        Args:
            mosaic: uint8 (height, width, 3), of even height and width.

        Returns:
            float32 (rows, columns), the probability of a face, and (rows, columns, 4), how to move its left, upper,
            right and lower side, in box sides.
        """
        if mosaic.shape[:2] == self._tile:
            return self._propose(mosaic)
        rows, columns = ((length - CELL) // STRIDE + 1 for length in mosaic.shape[:2])
        tall, wide = ((length - CELL) // STRIDE + 1 for length in self._tile)
        probabilities, offsets = np.empty((rows, columns), np.float32), np.empty((rows, columns, 4), np.float32)
        for row in range(0, rows, tall):
            for column in range(0, columns, wide):
                here = slice(row, row + tall), slice(column, column + wide)
                there = tuple(slice(length) for length in probabilities[here].shape)
                judged, moved = self._propose(self._cut(mosaic, STRIDE * row, STRIDE * column))
                probabilities[here], offsets[here] = judged[there], moved[there]
        return probabilities, offsets

    def _propose(self, tile: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        offsets, probabilities = _run(self._proposals, _normalized(tile)[np.newaxis])
        return probabilities[0, :, :, 1], offsets[0]

    def _cut(self, mosaic: np.ndarray, top: int, left: int) -> np.ndarray:
        """A tile; what is outside the mosaic is black, and nobody's."""
        part = mosaic[top : top + self._tile[0], left : left + self._tile[1]]
        tile = np.zeros((*self._tile, 3), np.uint8)
        tile[: part.shape[0], : part.shape[1]] = part
        return tile

    def refine(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Judges proposals anew.

        Args:
            patches: uint8 (number, 24, 24, 3).

        Returns:
            float32 (number,), the probability of a face, and (number, 4), how to move its sides.
        """
        offsets, probabilities = self._run_in_parts("rnet", patches)
        return probabilities[:, 1], offsets

    def locate(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Judges for the last time, and finds eyes, nose and mouth.

        Args:
            patches: uint8 (number, 48, 48, 3).

        Returns:
            float32 (number,), the probability of a face; (number, 4), how to move its sides; (number, 5, 2), x and y
            of left eye, right eye, nose, left and right corner of the mouth, in box sides from its upper left corner.
        """
        offsets, landmarks, probabilities = self._run_in_parts("onet", patches)
        return probabilities[:, 1], offsets, landmarks.reshape(-1, 2, 5).transpose(0, 2, 1)

    def _run_in_parts(self, name: str, patches: np.ndarray) -> list[np.ndarray]:
        number = len(patches)
        part = np.zeros(_patches_shape(name), np.float32)
        parts = []
        for start in range(0, number, len(part)):
            there = patches[start : start + len(part)]
            part[: len(there)] = _normalized(there)
            parts.append(_run(self._refining[name], part))
        return [np.concatenate(outputs)[:number] for outputs in zip(*parts, strict=True)]


def _normalized(pixels: np.ndarray) -> np.ndarray:
    return (pixels - np.float32(127.5)) / np.float32(128)


def _patches_shape(name: str) -> tuple[int, int, int, int]:
    return (PATCHES[name], PATCH_SIDES[name], PATCH_SIDES[name], 3)


def _interpreter(model: bytes) -> Interpreter:
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def _run(interpreter: Interpreter, inputs: np.ndarray) -> list[np.ndarray]:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
