"""manifest.json: the contract between an exported folder and whatever reads it, the Android app first."""

import hashlib
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

import pgkeras
from export.convert import GALLERY, SIGNATURE, TRUNCATED
from export.for_servers import ServerModel
from export.gate import TOLERANCES, TRUNCATION, Reference
from export.options import Quantization, ServerFormat
from export.variant import Source, Variant
from pgkeras.truncation import latents_of_mean

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
        shape: with the batch of 1; -1 for any.
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
        shape: (1, height, width, channels), or -1 for any number of images; rows from the top.
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
        truncation: with which it is drawn; 1 is all of the variety, which models without truncation draw.
        latent: its numbers; each is a float32 exactly.
        pixels_sha256: of the image's bytes, in the tensor's order (row, column, channel). Another processor may
            round a pixel differently: a runtime whose digest differs is right if the thumbnail agrees.
        thumbnail_side: blocks per row and column; it divides the image's side.
        thumbnail: mean pixel of each square block, in grey levels rounded to 2 decimals, in the order
            (row, column, channel). A right image's means are within the model's tolerance of it.
    """

    seed: int
    label: int
    truncation: float
    latent: list[float]
    pixels_sha256: str
    thumbnail_side: int
    thumbnail: list[float]


class Truncation(_Record):
    """How to give up variety for quality, as `pgkeras.generate --truncation` does.

    Attributes:
        signature: key of the signature that takes it beside the other inputs, for one image; the same weights. None for
            ONNX, where it is an input that may be left out.
        input: the tensor.
        range: the average image, and all of the variety; drawn at 1, an image is the default signature's.
        average: what images are pulled towards.
        goldens: of the first seed.
    """

    signature: str | None
    input: Input
    range: tuple[float, float] = (0.0, 1.0)
    average: str
    goldens: list[Golden]


class Gallery(_Record):
    """A second signature, for several images at once: the same tensors and weights.

    Attributes:
        signature: its key.
        batch: first axis of its tensors.
    """

    signature: str
    batch: int


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
        signature: key of the signature for one image, which has the names below.
        truncation: how to truncate; None if the model cannot.
        gallery: the signature for several; None if there is none.
        inputs: tensors to fill.
        output: the image.
        operators: TFLite's names of the operators it uses; all are built in.
        tolerance: grey levels by which a right runtime's picture may differ from the goldens': of a float model each
            pixel, of a dynamic or int8 one the mean of each block.
        difference: largest one of a pixel from Keras's that the gate measured; quality.json says more.
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
    truncation: Truncation | None
    gallery: Gallery | None
    inputs: list[Input]
    output: Output
    operators: list[str]
    tolerance: int
    difference: int
    goldens: list[Golden]


class Served(_Record):
    """A model for servers.

    Attributes:
        format: "saved-model", with the signature `serving_default`, or "onnx".
        file: name of the file, or of the folder to give to TF Serving.
        resolution: side of the image in pixels.
        labels: names of the classes in the order of the label tensor; empty: the model takes no label.
        sha256: of each file, by its path beside the manifest.
        truncation: how to truncate; None if the model cannot.
        inputs: tensors to fill; an axis of -1 is any number of images.
        output: the images.
        tolerance: grey levels by which a right runtime's pixel may differ from the goldens'.
        difference: largest one of a pixel from Keras's on the gate's latents.
        goldens: of the first seeds.
    """

    format: ServerFormat
    file: str
    resolution: int
    labels: list[str]
    sha256: dict[str, str]
    truncation: Truncation | None
    inputs: list[Input]
    output: Output
    tolerance: int
    difference: int
    goldens: list[Golden]


class NamedFace(_Record):
    """A face that somebody found in the generator, to be listed beside the seeds.

    Attributes:
        name: for people.
        latent: its numbers, as many as every model's latent has; each is a float32 exactly.
    """

    name: str
    latent: list[float]


class Manifest(_Record):
    """The whole file.

    Attributes:
        format_version: of this contract; changes when a reader of the old one would fail.
        pgkeras_version: that exported.
        name: of the run or model, for people.
        latents: how to draw them.
        faces: with names, if some were bundled.
        card: the publisher's notes, such as licence and training data.
        models: by resolution, then quantization; each is complete in itself.
        servers: models for servers, if they were asked for.
    """

    format_version: Literal[1] = 1
    pgkeras_version: str = pgkeras.__version__
    name: str
    latents: Latents = Latents()
    faces: list[NamedFace] = Field(default_factory=list)
    card: dict[str, str] = Field(default_factory=dict)
    models: list[Model]
    servers: list[Served] = Field(default_factory=list)

    def to_json(self) -> str:
        """Indented JSON, with a line for each list of numbers."""
        text = self.model_dump_json(indent=2)
        return re.sub(r"\[\n[-+.\deE,\s]*\]", lambda numbers: " ".join(numbers[0].split()), text) + "\n"


def describe(file: str, variant: Variant, label_names: Sequence[str], source: Source) -> Model:
    """The manifest's entry for a model.

    Args:
        file: its name.
        variant: the model, and what the gate measured.
        label_names: of the classes; empty if the model takes no label.
        source: what it was made from.
    """
    passed, model = variant.passed, variant.model
    latent_size = source.reference.latents.shape[1]
    _, side, _, channels = passed.images.shape
    return Model(
        file=file,
        resolution=side,
        channels=channels,
        latent_size=latent_size,
        labels=list(label_names),
        quantization=variant.quantization,
        bytes=len(model),
        sha256=hashlib.sha256(model).hexdigest(),
        signature=SIGNATURE,
        truncation=_truncation(TRUNCATED, source.reference, passed.truncated),
        gallery=Gallery(signature=GALLERY, batch=source.gallery) if source.gallery else None,
        inputs=_inputs(latent_size, len(label_names)),
        output=Output(name="image", dtype="uint8", shape=[1, side, side, channels], range=(0, 255)),
        operators=passed.lint.operators,
        tolerance=TOLERANCES[variant.quantization],
        difference=passed.fidelity.difference,
        goldens=[_golden(seed, source.reference, passed.images[seed]) for seed in range(GOLDENS)],
    )


def describe_served(model: ServerModel, label_names: Sequence[str], reference: Reference) -> Served:
    """The manifest's entry for a server's model.

    Args:
        model: the file or folder, and what it draws.
        label_names: of the classes; empty if the model takes no label.
        reference: Keras's images.
    """
    _, side, _, channels = model.images.shape
    return Served(
        format=model.format,
        file=model.path.name,
        resolution=side,
        labels=list(label_names),
        sha256=model.digests(),
        truncation=_truncation(
            TRUNCATED if model.format == "saved-model" else None, reference, model.truncated, batch=-1
        ),
        inputs=_inputs(reference.latents.shape[1], len(label_names), batch=-1),
        output=Output(name="image", dtype="uint8", shape=[-1, side, side, channels], range=(0, 255)),
        tolerance=TOLERANCES["float32"],
        difference=model.difference,
        goldens=[_golden(seed, reference, model.images[seed]) for seed in range(GOLDENS)],
    )


def _inputs(latent_size: int, label_size: int, batch: int = 1) -> list[Input]:
    latent = Input(name="latent", dtype="float32", shape=[batch, latent_size], distribution="N(0, 1)")
    if not label_size:
        return [latent]
    return [latent, Input(name="label", dtype="float32", shape=[batch, label_size], distribution="one-hot")]


def _truncation(
    signature: str | None, reference: Reference, images: np.ndarray | None, batch: int = 1
) -> Truncation | None:
    if images is None:
        return None
    classes = 0 if reference.labels is None else reference.labels.shape[1]
    return Truncation(
        signature=signature,
        input=Input(
            name="truncation", dtype="float32", shape=[batch, 1], distribution="from 0, the average, to 1, all variety"
        ),
        average=f"of the features that the first convolution reads, over the latents of seeds 0 to "
        f"{latents_of_mean(classes) - 1}{', of each class' * bool(classes)}",
        goldens=[_golden(0, reference, images[0], TRUNCATION)],
    )


def _golden(seed: int, reference: Reference, image: np.ndarray, truncation: float = 1.0) -> Golden:
    side = max(divisor for divisor in range(1, LONGEST_THUMBNAIL_SIDE + 1) if image.shape[0] % divisor == 0)
    block = image.shape[0] // side
    means = image.reshape(side, block, side, block, -1).mean(axis=(1, 3))
    return Golden(
        seed=seed,
        label=0 if reference.labels is None else int(reference.labels[seed].argmax()),
        truncation=truncation,
        latent=reference.latents[seed].tolist(),
        pixels_sha256=hashlib.sha256(image.tobytes()).hexdigest(),
        thumbnail_side=side,
        thumbnail=means.round(2).ravel().tolist(),
    )
