"""The gate: a model that does not pass never becomes a file."""

from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np

from export.contract import GALLERY, TOLERANCES, TRUNCATED, TRUNCATION
from export.fidelity import Comparison, Fidelity, compare
from export.interpreter import interpret
from export.lint import Lint, lint
from export.options import DEFAULT_BARS, LATENTS, Bars, Quantization
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import label_size, sample_batches
from pgkeras.truncation import truncated_images

TRUNCATED_LATENTS = 32
KEPT = 8  # of a model's images, the first: what the card shows, and the goldens


@dataclass(frozen=True)
class Reference:
    """What Keras makes of the gate's latents.

    Attributes:
        latents: float32 (number, latent_size), of seeds from 0 up.
        labels: float32 (number, label_size), one class after the other; None if the generator is not conditional.
        images: uint8 (number, side, side, channels).
        truncated: of the first latents at a truncation of 0.5; None if the models take none.
    """

    latents: np.ndarray
    labels: np.ndarray | None
    images: np.ndarray
    truncated: np.ndarray | None = None

    @cached_property
    def comparison(self) -> Comparison:
        """How close models come to `images`."""
        return Comparison(self.images)


@dataclass(frozen=True)
class Passed:
    """What the gate measured on a model.

    Attributes:
        lint: its operators.
        images: uint8 (number, side, side, channels), the first of the reference interpreter's.
        fidelity: to Keras's images.
        truncated: the same at a truncation of 0.5; None if the model takes none.
        truncated_fidelity: of those.
        reason: why it may not be written, though nothing is wrong with it but its quality; or None.
    """

    lint: Lint
    images: np.ndarray
    fidelity: Fidelity
    truncated: np.ndarray | None
    truncated_fidelity: Fidelity | None
    reason: str | None


def keras_reference(
    generator: keras.Model, name: str, number: int = LATENTS, averages: np.ndarray | None = None
) -> Reference:
    """Runs a Keras generator on the gate's latents.

    Args:
        generator: latents, or latents and labels -> images.
        name: of the generator, for the error.
        number: of latents.
        averages: the generator's `average_features`, if the models take a truncation.

    Raises:
        UserError: if a pixel is not a finite number.
    """
    latents = latents_from_seeds(range(number), generator.inputs[0].shape[-1])
    classes = label_size(generator)
    labels = one_hot(np.arange(number) % classes, classes) if classes else None
    images = _draw(generator, latents, labels, name)
    truncated = None
    if averages is not None:
        truncated_generator = keras.Model(generator.input, truncated_images(generator, averages, TRUNCATION))
        first = slice(TRUNCATED_LATENTS)
        truncated = _draw(truncated_generator, latents[first], None if labels is None else labels[first], name)
    return Reference(latents, labels, images, truncated)


def _draw(generator: keras.Model, latents: np.ndarray, labels: np.ndarray | None, name: str) -> np.ndarray:
    images = []
    for batch in sample_batches(generator, latents, labels):
        if not np.isfinite(batch).all():
            raise UserError(f"{name}: gives pixels that are not finite numbers; training has diverged, export another")
        images.append(to_uint8(batch))
    return np.concatenate(images)


def pass_gate(
    model: bytes,
    reference: Reference,
    quantization: Quantization,
    name: str,
    bars: Bars = DEFAULT_BARS,
    gallery: int = 0,
) -> Passed:
    """Checks a finished model: operators that the app's runtime has, and Keras's images.

    Args:
        model: the .tflite file, metadata and all.
        reference: of the generator it was made from.
        quantization: decides the bar.
        name: of the model, for the error.
        bars: of the quality.
        gallery: latents of the second signature; 0 if it has none.

    Raises:
        UserError: if something is wrong with it; the message says what, the value measured and the value allowed.
    """
    linted = lint(model, name)
    try:
        images = interpret(model, reference.latents, reference.labels)
        truncated = None if reference.truncated is None else _truncated(model, reference)
        if gallery:
            _check_gallery(model, reference, images, quantization, name, bars, gallery)
    except (RuntimeError, ValueError) as error:
        raise UserError(f"{name}: does not run in the TFLite interpreter ({str(error)[:200]})") from None
    if images.shape != reference.images.shape or images.dtype != np.uint8:
        raise UserError(f"{name}: gives {images.dtype} {images.shape[1:]}, Keras uint8 {reference.images.shape[1:]}")
    fidelity = reference.comparison(images)
    reason = _judge(fidelity, quantization, name, bars)
    truncated_fidelity = None
    if truncated is not None:
        truncated_fidelity = compare(reference.truncated, truncated)
        reason = reason or _judge(truncated_fidelity, quantization, name, bars, f" at truncation {TRUNCATION}")
        truncated = truncated[:KEPT].copy()
    return Passed(linted, images[:KEPT].copy(), fidelity, truncated, truncated_fidelity, reason)


def _truncated(model: bytes, reference: Reference) -> np.ndarray:
    first = slice(len(reference.truncated))
    labels = None if reference.labels is None else reference.labels[first]
    return interpret(model, reference.latents[first], labels, TRUNCATED, truncation=TRUNCATION)


def _judge(fidelity: Fidelity, quantization: Quantization, name: str, bars: Bars, where: str = "") -> str | None:
    """Why a model may not be written, or None.

    Raises:
        UserError: if a float32 model has another image than Keras.
    """
    if quantization == "float32" and fidelity.difference > TOLERANCES["float32"]:
        raise UserError(
            f"{name}: its image{where} is {fidelity.difference} grey levels off Keras's; float32 is allowed "
            f"{TOLERANCES['float32']}; leave this model out with `resolutions` or `quantize`"
        )
    bar = bars.of(quantization)
    below = fidelity.psnr is not None and fidelity.psnr < bar
    return f"PSNR {fidelity.psnr:.1f} dB{where} is below the bar of {bar:g} dB" if below else None


def _check_gallery(
    model: bytes,
    reference: Reference,
    images: np.ndarray,
    quantization: Quantization,
    name: str,
    bars: Bars,
    gallery: int,
) -> None:
    """Both signatures must draw the same pictures."""
    number = len(images) // gallery * gallery
    if not number:
        raise UserError(f"{name}: {len(images)} latents do not fill a gallery of {gallery}; give more `num_latents`")
    labels = None if reference.labels is None else reference.labels[:number]
    drawn = interpret(model, reference.latents[:number], labels, GALLERY, gallery)
    between = compare(images[:number], drawn)
    allowed = TOLERANCES[quantization]
    if between.difference > allowed and (quantization.startswith("float") or between.psnr < bars.of(quantization)):
        raise UserError(f"{name}: its gallery is {between.difference} grey levels off its single images")
