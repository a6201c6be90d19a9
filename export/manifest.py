"""manifest.json: the contract between an exported folder and whatever reads it, the Android app first."""

import hashlib
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

import pgkeras
from export.convert import Quantization
from export.gate import SEEDS, TOLERANCES, Passed, Reference

FILE_NAME = "manifest.json"
GOLDENS = 2
LONGEST_THUMBNAIL_SIDE = 8


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Latents(_Record):
    """How latents are drawn, so that a seed gives the same image everywhere.

    Attributes:
        distribution: of each component.
        generator: how a seed becomes a latent: the first latent_size numbers, rounded to float32.
        seeds: the smallest and the largest seed.
    """

    distribution: str = "N(0, 1)"
    generator: str = "numpy.random.RandomState(seed).randn: MT19937 + Marsaglia polar"
    seeds: tuple[int, int] = (0, 2**32 - 1)


class Input(_Record):
    """A tensor to fill.

    Attributes:
        name: in the signature.
        dtype: of its numbers.
        shape: with the batch of 1.
        distribution: of its numbers.
    """

    name: str
    dtype: Literal["float32"]
    shape: list[int]
    distribution: str


class Output(_Record):
    """The image.

    Attributes:
        name: in the signature.
        dtype: of its pixels.
        shape: (1, height, width, channels); rows from the top.
        range: smallest and largest value a pixel can have.
    """

    name: str
    dtype: Literal["uint8"]
    shape: list[int]
    range: tuple[int, int]


class Golden(_Record):
    """A latent and the image the reference interpreter made of it, to check other runtimes and damaged files by.

    Attributes:
        seed: that gives the latent.
        label: number of the class; 0 if the model takes no label.
        latent: its numbers; each is a float32 exactly.
        pixels_sha256: of the image's bytes, in the tensor's order (row, column, channel). Another processor may
            round a pixel differently: a runtime whose digest differs is right if the thumbnail agrees.
        thumbnail_side: blocks per row and column; it divides the image's side.
        thumbnail: mean pixel of each square block, in grey levels rounded to 2 decimals, in the order
            (row, column, channel). A right image's means are within the model's tolerance of it.
    """

    seed: int
    label: int
    latent: list[float]
    pixels_sha256: str
    thumbnail_side: int
    thumbnail: list[float]


class Model(_Record):
    """One .tflite file.

    Attributes:
        file: its name, in the manifest's folder.
        resolution: side of the image in pixels.
        channels: 3 for RGB, 1 for grey.
        latent_size: components of a latent.
        labels: names of the classes in the order of the label tensor; empty: the model takes no label.
        quantization: how weights are stored.
        bytes: size of the file.
        sha256: of the file.
        signature: key of the file's one signature, which has the names below.
        inputs: tensors to fill.
        output: the image.
        operators: TFLite's names of the operators it uses; all are built in.
        tolerance: grey levels by which a pixel may differ from Keras's, and a right runtime's from the goldens'.
        difference: largest one from Keras that the gate measured, on the latents of seeds 0 to 15.
        goldens: of the first seeds.
    """

    file: str
    resolution: int
    channels: int
    latent_size: int
    labels: list[str]
    quantization: Quantization
    bytes: int
    sha256: str
    signature: str
    inputs: list[Input]
    output: Output
    operators: list[str]
    tolerance: int
    difference: int
    goldens: list[Golden]


class Manifest(_Record):
    """The whole file.

    Attributes:
        format_version: of this contract; changes when a reader of the old one would fail.
        pgkeras_version: that exported.
        name: of the run or model, for people.
        latents: how to draw them.
        models: by resolution, then quantization; each is complete in itself.
    """

    format_version: Literal[1] = 1
    pgkeras_version: str = pgkeras.__version__
    name: str
    latents: Latents = Latents()
    models: list[Model]

    def to_json(self) -> str:
        """Indented JSON, with a line for each list of numbers."""
        text = self.model_dump_json(indent=2)
        return re.sub(r"\[\n[-+.\deE,\s]*\]", lambda numbers: " ".join(numbers[0].split()), text) + "\n"


def describe(
    file: str,
    model: bytes,
    quantization: Quantization,
    label_names: Sequence[str],
    reference: Reference,
    passed: Passed,
) -> Model:
    """The manifest's entry for a model.

    Args:
        file: its name.
        model: its content.
        quantization: how its weights are stored.
        label_names: of the classes; empty if the model takes no label.
        reference: of the generator it was made from.
        passed: the gate's measurements.
    """
    latent_size = reference.latents.shape[1]
    _, side, _, channels = passed.images.shape
    return Model(
        file=file,
        resolution=side,
        channels=channels,
        latent_size=latent_size,
        labels=list(label_names),
        quantization=quantization,
        bytes=len(model),
        sha256=hashlib.sha256(model).hexdigest(),
        signature="serving_default",
        inputs=_inputs(latent_size, len(label_names)),
        output=Output(name="image", dtype="uint8", shape=[1, side, side, channels], range=(0, 255)),
        operators=passed.operators,
        tolerance=TOLERANCES[quantization],
        difference=passed.difference,
        goldens=[_golden(index, reference, passed.images[index]) for index in range(GOLDENS)],
    )


def _inputs(latent_size: int, label_size: int) -> list[Input]:
    latent = Input(name="latent", dtype="float32", shape=[1, latent_size], distribution="N(0, 1)")
    if not label_size:
        return [latent]
    return [latent, Input(name="label", dtype="float32", shape=[1, label_size], distribution="one-hot")]


def _golden(index: int, reference: Reference, image: np.ndarray) -> Golden:
    side = max(divisor for divisor in range(1, LONGEST_THUMBNAIL_SIDE + 1) if image.shape[0] % divisor == 0)
    block = image.shape[0] // side
    means = image.reshape(side, block, side, block, -1).mean(axis=(1, 3))
    return Golden(
        seed=SEEDS[index],
        label=0 if reference.labels is None else int(reference.labels[index].argmax()),
        latent=reference.latents[index].tolist(),
        pixels_sha256=hashlib.sha256(image.tobytes()).hexdigest(),
        thumbnail_side=side,
        thumbnail=means.round(2).ravel().tolist(),
    )
