"""What can be exported, and how good it must be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Quantization = Literal["float32", "float16", "dynamic", "int8"]
ServerFormat = Literal["saved-model", "onnx"]
LATENTS = 256


@dataclass(frozen=True)
class Bars:
    """Least PSNR against Keras's images, in decibels; float32 models must agree to one grey level.

    Attributes:
        float16: of float16 models.
        int8: of dynamic and int8 models.
    """

    float16: float = 45.0
    int8: float = 30.0

    def of(self, quantization: Quantization) -> float:
        """The bar of a variant; 0 for float32."""
        return {"float32": 0.0, "float16": self.float16}.get(quantization, self.int8)


DEFAULT_BARS = Bars()


@dataclass(frozen=True)
class Options:
    """What to export, and how good it must be.

    Attributes:
        quantizations: variants of each generator.
        name: of the run or model, for people.
        latents: on how many the variants are compared with Keras.
        bars: least quality.
        truncation: whether models have a signature that takes one, too.
        gallery: latents of one more signature, or 0 for none.
        server_formats: formats for servers, in which each generator is written, too.
        faces: folder of latents with names to bundle, if any.
        card: notes for the manifest, such as licence and training data.
        threads: with which latency is measured.
    """

    quantizations: Collection[Quantization]
    name: str
    latents: int = LATENTS
    bars: Bars = DEFAULT_BARS
    truncation: bool = True
    gallery: int = 0
    server_formats: Collection[ServerFormat] = ()
    faces: Path | None = None
    card: Mapping[str, str] = field(default_factory=dict)
    threads: int = 2
