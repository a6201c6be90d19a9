"""What an exported folder promises to whatever reads it, the Android app first: manifest.json, record by record."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

import pgkeras
from export.options import Quantization, ServerFormat

MANIFEST = "manifest.json"
FORMAT_VERSION = 1
SIGNATURE = "serving_default"
TRUNCATED = "truncated"
GALLERY = "serving_gallery"
TRUNCATION = 0.5
"""At which truncated goldens are drawn."""
TOLERANCES: dict[Quantization, int] = {"float32": 1, "float16": 2, "dynamic": 4, "int8": 16}
"""Grey levels by which a right runtime's picture may differ from the goldens': of float models every pixel; of the
others, where one step of one activation can move an eyebrow, the mean of a block of pixels."""


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

    format_version: Literal[1] = FORMAT_VERSION
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
