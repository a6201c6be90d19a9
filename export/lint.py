"""What a model asks of the phone: operators, their versions, and those that a GPU leaves to the processor."""

from dataclasses import dataclass

from tensorflow.lite.python import schema_py_generated as schema

from pgkeras.errors import UserError

APP_RUNTIME = "2.16.1"
# Newest version of each operator that TFLite 2.16.1 registers (tensorflow/lite/core/kernels/register.cc), of those with
# more than one that networks for images use; of any other operator, only version 1 passes.
NEWEST_VERSIONS = {
    "ABS": 5,
    "ADD": 5,
    "AVERAGE_POOL_2D": 3,
    "BATCH_MATMUL": 4,
    "CAST": 5,
    "CONCATENATION": 4,
    "CONV_2D": 7,
    "DEPTHWISE_CONV_2D": 7,
    "DEPTH_TO_SPACE": 2,
    "DEQUANTIZE": 5,
    "DIV": 2,
    "EXP": 2,
    "FILL": 4,
    "FULLY_CONNECTED": 10,
    "GATHER": 6,
    "L2_NORMALIZATION": 2,
    "LEAKY_RELU": 2,
    "LOGISTIC": 3,
    "MAXIMUM": 4,
    "MAX_POOL_2D": 3,
    "MEAN": 3,
    "MINIMUM": 4,
    "MIRROR_PAD": 3,
    "MUL": 7,
    "PACK": 4,
    "PAD": 4,
    "PADV2": 4,
    "QUANTIZE": 3,
    "REDUCE_MAX": 3,
    "REDUCE_MIN": 3,
    "RELU": 3,
    "RELU6": 3,
    "RESIZE_BILINEAR": 4,
    "RESIZE_NEAREST_NEIGHBOR": 4,
    "RSQRT": 2,
    "SELECT_V2": 2,
    "SLICE": 6,
    "SOFTMAX": 3,
    "SPACE_TO_DEPTH": 2,
    "SPLIT": 4,
    "SQUARED_DIFFERENCE": 2,
    "SQUEEZE": 2,
    "STRIDED_SLICE": 8,
    "SUB": 5,
    "SUM": 2,
    "TANH": 3,
    "TILE": 3,
    "TRANSPOSE": 6,
    "TRANSPOSE_CONV": 4,
    "UNPACK": 4,
}
# What the GPU delegate takes (tensorflow/lite/tools/versioning/gpu_compatibility.cc), of the same networks.
GPU_OPERATORS = frozenset(
    {
        *("ABS", "ADD", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D"),
        *("DEPTH_TO_SPACE", "DEQUANTIZE", "DIV", "EXP", "FLOOR", "FULLY_CONNECTED", "GATHER", "LEAKY_RELU"),
        *("LOGISTIC", "MAXIMUM", "MAX_POOL_2D", "MEAN", "MINIMUM", "MIRROR_PAD", "MUL", "NEG", "PACK", "PAD", "PADV2"),
        *("PRELU", "QUANTIZE", "REDUCE_MAX", "REDUCE_MIN", "RELU", "RELU6", "RESHAPE", "RESIZE_BILINEAR"),
        *("RESIZE_NEAREST_NEIGHBOR", "RSQRT", "SELECT_V2", "SLICE", "SOFTMAX", "SPACE_TO_DEPTH", "SPLIT", "SQRT"),
        *("SQUARE", "SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "SUM", "TANH", "TILE", "TRANSPOSE"),
        *("TRANSPOSE_CONV",),
    }
)


@dataclass(frozen=True)
class Lint:
    """What a model is made of.

    Attributes:
        operators: names of its built-in operators, sorted.
        not_on_gpu: those of them that the GPU delegate leaves to the processor.
    """

    operators: list[str]
    not_on_gpu: list[str]


def lint(model: bytes, name: str) -> Lint:
    """Reads a model's operators.

    Args:
        model: a .tflite file.
        name: of the model, for the error.

    Raises:
        UserError: if one of them is not built into TFLite, or its version is newer than the app's runtime knows.
    """
    content = schema.Model.GetRootAs(model)
    codes = [content.OperatorCodes(index) for index in range(content.OperatorCodesLength())]
    others = sorted({code.CustomCode().decode() for code in codes if code.CustomCode()})
    if others:
        raise UserError(f"{name}: uses operators that are not built into TFLite ({', '.join(others)})")
    versions = {_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]: code.Version() for code in codes}
    newer = [
        f"{each} {version}" for each, version in sorted(versions.items()) if version > NEWEST_VERSIONS.get(each, 1)
    ]
    if newer:
        raise UserError(f"{name}: needs operators newer than the app's TFLite {APP_RUNTIME} ({', '.join(newer)})")
    operators = sorted(versions)
    return Lint(operators, [each for each in operators if each not in GPU_OPERATORS])


_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
