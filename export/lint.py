"""What a model asks of the phone: operators, their versions, and those that a GPU leaves to the processor."""

from dataclasses import dataclass

from tensorflow.lite.python import schema_py_generated as schema

from export.app_runtime import APP_RUNTIME, GPU_OPERATORS, NEWEST_VERSIONS
from pgkeras.errors import UserError


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
        f"{each} {version}" for each, version in sorted(versions.items()) if version > NEWEST_VERSIONS.get(each, 0)
    ]
    if newer:
        raise UserError(f"{name}: needs operators newer than the app's TFLite {APP_RUNTIME} ({', '.join(newer)})")
    operators = sorted(versions)
    return Lint(operators, [each for each in operators if each not in GPU_OPERATORS])


_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
