"""The gate: a model that does not pass never becomes a file."""

from dataclasses import dataclass

import keras
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

from export.convert import Quantization
from export.interpreter import interpret
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import label_size, sample

SEEDS = range(16)
TOLERANCES: dict[Quantization, int] = {"float32": 1, "float16": 2}


@dataclass(frozen=True)
class Reference:
    """What Keras makes of the gate's latents.

    Attributes:
        latents: float32 (16, latent_size), of seeds 0 to 15.
        labels: float32 (16, label_size), one class after the other; None if the generator is not conditional.
        images: uint8 (16, side, side, channels).
    """

    latents: np.ndarray
    labels: np.ndarray | None
    images: np.ndarray


@dataclass(frozen=True)
class Passed:
    """What the gate measured on a model that passed.

    Attributes:
        operators: names of the built-in operators it uses, sorted.
        images: uint8 (16, side, side, channels), the reference interpreter's.
        difference: largest from Keras's images, in grey levels.
    """

    operators: list[str]
    images: np.ndarray
    difference: int


def keras_reference(generator: keras.Model, name: str) -> Reference:
    """Runs a Keras generator on the gate's latents, one at a time: memory stays small at 1024x1024.

    Args:
        generator: latents, or latents and labels -> images.
        name: of the generator, for the error.

    Raises:
        UserError: if a pixel is not a finite number.
    """
    latents = latents_from_seeds(SEEDS, generator.inputs[0].shape[-1])
    classes = label_size(generator)
    labels = one_hot(np.arange(len(SEEDS)) % classes, classes) if classes else None
    images = []
    for index in range(len(SEEDS)):
        one = slice(index, index + 1)
        image = sample(generator, latents[one], None if labels is None else labels[one])
        if not np.isfinite(image).all():
            raise UserError(f"{name}: gives pixels that are no finite numbers; training has diverged, export another")
        images.append(to_uint8(image))
    return Reference(latents, labels, np.concatenate(images))


def pass_gate(model: bytes, reference: Reference, quantization: Quantization, name: str) -> Passed:
    """Checks a finished model: built-in operators only, and Keras's images within the tolerance.

    Args:
        model: the .tflite file, metadata and all.
        reference: of the generator it was made from.
        quantization: decides the tolerance, in grey levels.
        name: of the model, for the error.

    Raises:
        UserError: if it fails; the message says at what, the value measured and the value allowed.
    """
    operators, others = _operators(model)
    if others:
        raise UserError(f"{name}: uses operators that are not built into TFLite ({', '.join(others)})")
    try:
        images = interpret(model, reference.latents, reference.labels)
    except (RuntimeError, ValueError) as error:
        raise UserError(f"{name}: does not run in the TFLite interpreter ({str(error)[:200]})") from None
    if images.shape != reference.images.shape or images.dtype != np.uint8:
        raise UserError(f"{name}: gives {images.dtype} {images.shape[1:]}, Keras uint8 {reference.images.shape[1:]}")
    difference = int(np.abs(images.astype(int) - reference.images).max())
    if difference > TOLERANCES[quantization]:
        raise UserError(
            f"{name}: its image is {difference} grey levels off Keras's on {len(images)} latents; {quantization} is "
            f"allowed {TOLERANCES[quantization]}; leave this model out with --resolutions or --quantize"
        )
    return Passed(operators, images, difference)


_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}


def _operators(model: bytes) -> tuple[list[str], list[str]]:
    """Sorted names of a model's built-in operators, and of all others (Flex and custom)."""
    content = schema.Model.GetRootAs(model)
    codes = [content.OperatorCodes(index) for index in range(content.OperatorCodesLength())]
    custom = {code.CustomCode().decode() for code in codes if code.CustomCode()}
    builtin = {_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())] for code in codes if not code.CustomCode()}
    return sorted(builtin), sorted(custom)
