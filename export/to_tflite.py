"""The command line that exports: `python export/to_tflite.py runs/00000-faces-64 --out exported`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from export.options import LATENTS, Bars, Options, Quantization, ServerFormat
from pgkeras.command_line import RunPath, command, run
from pgkeras.errors import UserError
from pgkeras.first_import import require_tensorflow
from pgkeras.text import counted, readable

if TYPE_CHECKING:
    from export.variant import Variant

QUANTIZATIONS = get_args(Quantization)
SERVER_FORMATS = get_args(ServerFormat)
EXAMPLES = """\b
Examples:
  pgkeras export runs/00000-faces-64 --out exported
  pgkeras export runs/00000-faces-64 --out exported --resolutions 64,32 --quantize float16
  pgkeras export runs/00000-faces-64 --out exported --also saved-model,onnx
  pgkeras export runs/00000-faces-64 --out exported --faces found
  pgkeras export generator_0064.keras --out exported --card licence=CC-BY-4.0 --card training_data=LFW
"""


@command(epilog=EXAMPLES, extra="tensorflow,export")
@click.argument("run_or_model", type=RunPath())
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("exported"), show_default=True, help="Folder for the files."
)
@click.option("--resolutions", default="all", show_default=True, help="Which ones, such as 64,32.")
@click.option(
    "--quantize", default=",".join(QUANTIZATIONS), show_default=True, help="How weights are stored; one file for each."
)
@click.option(
    "--truncation/--no-truncation",
    default=True,
    show_default=True,
    help="Adds a second signature, which takes a truncation; with it a large model needs more memory when it is open.",
)
@click.option(
    "--gallery",
    type=click.IntRange(min=2),
    metavar="N",
    help="Adds a signature for N images at once; a little larger, and slower to open.",
)
@click.option(
    "--faces",
    type=click.Path(path_type=Path),
    help="A folder of latents that pgkeras.project found: app and page list them by name beside the seeds.",
)
@click.option("--also", metavar="FORMATS", help=f"Models for servers, too: {', '.join(SERVER_FORMATS)}, or both.")
@click.option(
    "--num-latents",
    type=click.IntRange(min=2),
    default=LATENTS,
    show_default=True,
    help="How many images of each variant are compared with Keras's.",
)
@click.option(
    "--float16-psnr", default=Bars.float16, show_default=True, help="Lowest acceptable PSNR of float16, in decibels."
)
@click.option("--int8-psnr", default=Bars.int8, show_default=True, help="Lowest acceptable PSNR of dynamic and int8.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Threads with which latency is measured.",
)
@click.option(
    "--card",
    "notes",
    multiple=True,
    metavar="KEY=VALUE",
    help="A note for manifest.json, which the page shows; may be repeated.",
)
def main(
    run_or_model: Path,
    out: Path,
    resolutions: str,
    quantize: str,
    truncation: bool,
    gallery: int | None,
    faces: Path | None,
    also: str | None,
    num_latents: int,
    float16_psnr: float,
    int8_psnr: float,
    threads: int,
    notes: tuple[str, ...],
) -> None:
    """Exports the generators of RUN_OR_MODEL to TFLite, for phones; --also to SavedModel and ONNX, for servers.

    RUN_OR_MODEL is a run folder, a folder of generator_*.keras files, or one .keras file. Every model must pass a
    gate: built-in operators that the app's runtime has, and images that agree with Keras's. A variant whose images are
    further from Keras's than its bar allows is left out. Only then do the files appear: the models, quality.md and
    quality.json, which judge them, and manifest.json, which describes them.
    """
    for option, decibels in (("--float16-psnr", float16_psnr), ("--int8-psnr", int8_psnr)):
        if not math.isfinite(decibels):
            raise UserError(f"{option} {decibels}: must be a number of decibels; 0 keeps every variant")
    if gallery and gallery > num_latents:
        raise UserError(
            f"--gallery {gallery}: is compared by --num-latents {num_latents} images; give that many or more"
        )
    quantizations = _parse_names("--quantize", quantize, QUANTIZATIONS)
    server_formats = _parse_names("--also", also, SERVER_FORMATS) if also else []
    card = _parse_card(notes)
    require_tensorflow("the export")
    from export.contract import MANIFEST
    from export.exporter import export_generators
    from export.quality import PAGE_NAME
    from pgkeras.runs.generators import find_generators

    generators = _choose(find_generators(run_or_model), resolutions, run_or_model)
    options = Options(
        quantizations=quantizations,
        name=readable(run_or_model.stem if run_or_model.is_file() else run_or_model.resolve().name),
        latents=num_latents,
        bars=Bars(float16_psnr, int8_psnr),
        truncation=truncation,
        gallery=gallery or 0,
        server_formats=server_formats,
        faces=faces,
        card=card,
        threads=threads,
    )
    exported = export_generators(generators, options, out, _print_variant)
    megabytes = sum(model.bytes for model in exported.models) / 1e6
    print(f"exported {counted(len(exported.models), 'model')}, {megabytes:.1f} MB, to {out / MANIFEST}")
    for served in exported.servers:
        print(f"for servers: {out / served.file}")
    print(f"how good they are: {out / PAGE_NAME}")


def _print_variant(file: str, variant: "Variant") -> None:
    fidelity = variant.passed.fidelity
    quality = "equal to Keras" if fidelity.psnr is None else f"PSNR {fidelity.psnr:.1f} dB"
    outcome = f"not written: {variant.passed.reason}" if variant.passed.reason else quality
    kept = f", {len(variant.float_layers)} layers in float32" if variant.float_layers else ""
    print(f"{file:<32} {len(variant.model) / 1e6:>7.2f} MB   {outcome}{kept}", flush=True)


def _parse_card(notes: tuple[str, ...]) -> dict[str, str]:
    card: dict[str, str] = {}
    for note in notes:
        key, separator, value = (readable(part.strip()) for part in note.partition("="))
        if not separator or not key or not value:
            raise UserError(f"--card {note}: is not a note; give key=value, such as --card licence=CC-BY-4.0")
        if key in card:
            raise UserError(f"--card {note}: {key} is given twice; give it once")
        card[key] = value
    return card


def _parse_names(option: str, text: str, known: tuple[str, ...]) -> list[str]:
    names = _split(text)
    for name in names:
        if name not in known:
            raise UserError(f"{option} {text}: {name!r} is unknown; choose from {', '.join(known)}")
    return [name for name in known if name in names]


def _choose(generators: dict[int, Path], text: str, source: Path) -> dict[int, Path]:
    if text == "all":
        return generators
    names = _split(text)
    offered = {str(resolution): resolution for resolution in generators}
    for name in names:
        if name not in offered:
            raise UserError(f"--resolutions {text}: {source} has no {name!r}; it has {', '.join(offered)}")
    return {resolution: path for resolution, path in generators.items() if str(resolution) in names}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


if __name__ == "__main__":
    run(main)
