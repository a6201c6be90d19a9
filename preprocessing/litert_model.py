"""Writes LiteRT models, layer by layer, with the schema that comes with ai-edge-litert."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_ALIGNMENT = 16  # bytes, of every buffer: the schema's force_align, which the generated Python does not know


class LiteRTModel:
    """A network being written. Tensors are float32 and known by their numbers.

    Args:
        input_shape: (batch, height, width, channels).

    Attributes:
        input: the input's number.
    """

    def __init__(self, input_shape: Sequence[int]) -> None:
        self._buffers = [_Buffer()]  # by convention, the first one is empty
        self._tensors: list[schema.TensorT] = []
        self._operators: list[schema.OperatorT] = []
        self._codes: list[int] = []
        self.input = self._tensor(input_shape)

    def convolution(self, inputs: int, kernel: np.ndarray, bias: np.ndarray) -> int:
        """Without padding, one pixel at a time.

        Args:
            inputs: (batch, height, width, channels).
            kernel: (kernel height, kernel width, channels, filters).
            bias: (filters,).
        """
        batch, height, width, _ = self._shape(inputs)
        tall, wide, _, filters = kernel.shape
        options = _table(schema.Conv2DOptionsT, padding=schema.Padding.VALID, strideW=1, strideH=1)
        constants = [self._constant(kernel.transpose(3, 0, 1, 2)), self._constant(bias)]
        return self._add(
            "CONV_2D", [inputs, *constants], (batch, height - tall + 1, width - wide + 1, filters), options
        )

    def dense(self, inputs: int, kernel: np.ndarray, bias: np.ndarray) -> int:
        """Flattens what it gets.

        Args:
            inputs: (batch, ...).
            kernel: (features, units).
            bias: (units,).
        """
        constants = [self._constant(kernel.T), self._constant(bias)]
        shape = self._shape(inputs)[0], kernel.shape[1]
        return self._add("FULLY_CONNECTED", [inputs, *constants], shape, _table(schema.FullyConnectedOptionsT))

    def prelu(self, inputs: int, slopes: np.ndarray) -> int:
        """What is negative times its channel's slope.

        Args:
            inputs: (..., channels).
            slopes: (..., channels), as many axes or fewer.
        """
        return self._add("PRELU", [inputs, self._constant(slopes)], self._shape(inputs))

    def max_pool(self, inputs: int, size: int, padding: str) -> int:
        """Two pixels at a time.

        Args:
            inputs: (batch, height, width, channels).
            size: of the window, in pixels.
            padding: "SAME" or "VALID".
        """
        batch, *sides, channels = self._shape(inputs)
        height, width = (-(-(side if padding == "SAME" else side - size + 1) // 2) for side in sides)
        options = _table(
            schema.Pool2DOptionsT,
            padding=getattr(schema.Padding, padding),
            strideW=2,
            strideH=2,
            filterWidth=size,
            filterHeight=size,
        )
        return self._add("MAX_POOL_2D", [inputs], (batch, height, width, channels), options)

    def softmax(self, inputs: int) -> int:
        """Over the last axis.

        Args:
            inputs: (..., channels).
        """
        return self._add("SOFTMAX", [inputs], self._shape(inputs), _table(schema.SoftmaxOptionsT, beta=1.0))

    def finish(self, outputs: list[int]) -> bytes:
        """The model as a file's bytes.

        Args:
            outputs: the interpreter gives them in this order.
        """
        graph = _table(
            schema.SubGraphT, tensors=self._tensors, inputs=[self.input], outputs=outputs, operators=self._operators
        )
        codes = [
            _table(schema.OperatorCodeT, builtinCode=code, deprecatedBuiltinCode=code, version=1)
            for code in self._codes
        ]
        model = _table(schema.ModelT, version=3, operatorCodes=codes, subgraphs=[graph], buffers=self._buffers)
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _shape(self, tensor: int) -> tuple[int, ...]:
        return self._tensors[tensor].shape

    def _constant(self, values: np.ndarray) -> int:
        data = np.ascontiguousarray(values, "<f4").reshape(-1).view(np.uint8)
        self._buffers.append(_table(_Buffer, data=data))
        return self._tensor(values.shape, len(self._buffers) - 1)

    def _tensor(self, shape: Sequence[int], buffer: int = 0) -> int:
        self._tensors.append(_table(schema.TensorT, shape=tuple(shape), type=schema.TensorType.FLOAT32, buffer=buffer))
        return len(self._tensors) - 1

    def _add(self, name: str, inputs: list[int], shape: Sequence[int], options: object = None) -> int:
        code = getattr(schema.BuiltinOperator, name)
        if code not in self._codes:
            self._codes.append(code)
        output = self._tensor(shape)
        kind = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T")) if options else 0
        self._operators.append(
            _table(
                schema.OperatorT,
                opcodeIndex=self._codes.index(code),
                inputs=inputs,
                outputs=[output],
                builtinOptionsType=kind,
                builtinOptions=options,
            )
        )
        return output


def _table(kind: type, **fields: object) -> Any:
    """One of the schema's tables; not all versions of its constructors take fields."""
    table = kind()
    vars(table).update(fields)
    return table


class _Buffer(schema.BufferT):
    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802
        if self.data is not None:
            builder.Prep(_ALIGNMENT, self.data.nbytes)
        return super().Pack(builder)
