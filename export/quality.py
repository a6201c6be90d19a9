"""quality.json, quality.md and the pictures: how good each variant of an export is, written or not."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from pydantic import BaseModel, ConfigDict

import pgkeras
from export.app_runtime import APP_RUNTIME
from export.costs import Costs, measure_costs
from export.gate import KEPT, Reference
from export.options import Bars, Quantization
from export.variant import Variant
from pgkeras.files.writing import writing
from pgkeras.images import encode_png, grid, to_screen_size

FILE_NAME = "quality.json"
PAGE_NAME = "quality.md"
TEMPLATE = Path(__file__).with_name("quality.md.j2")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Judged(_Record):
    """One variant.

    Attributes:
        file: its name.
        resolution: side of the image in pixels.
        quantization: how weights are stored.
        reason: why it was not written; None if it was.
        bytes: size of the file.
        operators: TFLite's names of those it uses.
        not_on_gpu: those of them that the GPU delegate leaves to the processor.
        float_layers: layers that a dynamic or int8 model keeps in float32, so that it reaches its bar.
        difference: largest one of a pixel from Keras's, in grey levels.
        psnr: in decibels, of all images together; None if they are equal to Keras's.
        ssim: mean structural similarity to Keras's images; None below 8x8.
        swd: sliced Wasserstein distance to Keras's images; None below 16x16.
        truncates: whether it takes a truncation.
        truncated_psnr: at a truncation of 0.5; None if it takes none, or images are equal to Keras's.
        costs: on the machine that exported.
    """

    file: str
    resolution: int
    quantization: Quantization
    reason: str | None
    bytes: int
    operators: list[str]
    not_on_gpu: list[str]
    float_layers: list[str]
    difference: int
    psnr: float | None
    ssim: float | None
    swd: float | None
    truncates: bool
    truncated_psnr: float | None
    costs: Costs


class Strip(_Record):
    """A picture of the same latents in every variant.

    Attributes:
        file: its name.
        resolution: side of the images.
        rows: what each row was drawn by, from the top.
        swd_of_equals: what `swd` is for Keras's images against themselves: patches are drawn at random.
    """

    file: str
    resolution: int
    rows: list[str]
    swd_of_equals: float | None


class Quality(_Record):
    """The whole card.

    Attributes:
        format_version: of this file.
        pgkeras_version: that exported.
        name: of the run or model, for people.
        latents: how many were compared, of seeds from 0 up.
        float16_psnr: the bar of float16, in decibels.
        int8_psnr: the bar of dynamic and int8.
        processor: of the machine that measured.
        threads: that the interpreter had.
        models: all variants.
        strips: the pictures.
    """

    format_version: int = 1
    pgkeras_version: str = pgkeras.__version__
    name: str
    latents: int
    float16_psnr: float
    int8_psnr: float
    processor: str = platform.machine()
    threads: int
    models: list[Judged]
    strips: list[Strip]


class Card:
    """Collects an export's variants; then measures and writes.

    Args:
        name: of the run or model, for people.
        latents: how many are compared.
        bars: of quality.
        threads: for the interpreter.
        scratch: folder for models until they are measured.
    """

    def __init__(self, name: str, latents: int, bars: Bars, threads: int, scratch: Path) -> None:
        self._scratch = scratch
        self._name = name
        self._latents = latents
        self._bars = bars
        self._threads = threads
        self._judged: list[dict[str, Any]] = []
        self._strips: list[tuple[Strip, bytes]] = []

    def add(self, resolution: int, reference: Reference, variants: Sequence[tuple[str, Variant]]) -> None:
        """Takes the variants of one generator.

        Args:
            resolution: side of its images.
            reference: Keras's images.
            variants: with their files' names.
        """
        for file, variant in variants:
            with writing(self._scratch / file):
                (self._scratch / file).write_bytes(variant.model)
            self._judged.append(_judge(file, resolution, variant))
        rows = ["Keras", *(variant.quantization for _, variant in variants)]
        faces = [reference.images[:KEPT], *(variant.passed.images for _, variant in variants)]
        picture = to_screen_size(grid(np.concatenate(faces), columns=len(faces[0])))
        strip = Strip(
            file=f"quality_{resolution:04}.png",
            resolution=resolution,
            rows=rows,
            swd_of_equals=reference.comparison.swd_of_equals(),
        )
        self._strips.append((strip, encode_png(picture)))

    def write(self, folder: Path) -> Quality:
        """Measures what models cost, and writes the card with its pictures.

        Args:
            folder: for quality.json, quality.md and the pictures.
        """
        costs = measure_costs([self._scratch / judged["file"] for judged in self._judged], self._threads)
        quality = Quality(
            name=self._name,
            latents=self._latents,
            float16_psnr=self._bars.float16,
            int8_psnr=self._bars.int8,
            threads=self._threads,
            models=[Judged(**judged, costs=cost) for judged, cost in zip(self._judged, costs, strict=True)],
            strips=[strip for strip, _ in self._strips],
        )
        (folder / FILE_NAME).write_text(quality.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (folder / PAGE_NAME).write_text(render(quality), encoding="utf-8")
        for strip, picture in self._strips:
            (folder / strip.file).write_bytes(picture)
        return quality


def render(quality: Quality) -> str:
    """The card as Markdown.

    Args:
        quality: the card.
    """
    not_on_gpu: dict[str, list[str]] = {}
    for model in quality.models:
        for operator in model.not_on_gpu:
            variants = not_on_gpu.setdefault(operator, [])
            variants += [model.quantization] if model.quantization not in variants else []
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    page = template.render(quality=quality, not_on_gpu=not_on_gpu, runtime=APP_RUNTIME, cores=os.cpu_count())
    return re.sub(r"\n{3,}", "\n\n", page.rstrip() + "\n")


def _judge(file: str, resolution: int, variant: Variant) -> dict[str, Any]:
    """All of Judged but what it costs."""
    passed = variant.passed
    return dict(
        file=file,
        resolution=resolution,
        quantization=variant.quantization,
        reason=passed.reason,
        bytes=len(variant.model),
        operators=passed.lint.operators,
        not_on_gpu=passed.lint.not_on_gpu,
        float_layers=list(variant.float_layers),
        truncates=passed.truncated_fidelity is not None,
        truncated_psnr=passed.truncated_fidelity and passed.truncated_fidelity.psnr,
        **asdict(passed.fidelity),
    )
