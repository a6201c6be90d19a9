"""The command line that exports: `python export/to_tflite.py runs/00000-faces-64 --out exported`."""

import sys
from pathlib import Path
from typing import get_args

import click

from export import manifest
from export.convert import Quantization
from export.exporter import export_generators
from export.metadata import can_write_metadata
from pgkeras.command_line import run
from pgkeras.errors import UserError
from pgkeras.loading import find_generators

QUANTIZATIONS = get_args(Quantization)
EXAMPLES = """\b
Examples:
  python export/to_tflite.py runs/00000-faces-64 --out exported
  python export/to_tflite.py runs/00000-faces-64 --out exported --resolutions 64,32 --quantize float16
  python export/to_tflite.py generator_0064.keras --out exported
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_or_model", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("exported"), show_default=True, help="Folder for the files."
)
@click.option("--resolutions", default="all", show_default=True, help="Which ones, such as 64,32.")
@click.option(
    "--quantize", default=",".join(QUANTIZATIONS), show_default=True, help="How weights are stored; one file for each."
)
def main(run_or_model: Path, out: Path, resolutions: str, quantize: str) -> None:
    """Exports the generators of RUN_OR_MODEL to TFLite, for phones.

    RUN_OR_MODEL is a run folder, a folder of generator_*.keras files, or one .keras file. Every model must pass a
    gate: built-in operators only, and images that agree with Keras's on 16 latents. Only when all have passed do the
    files appear, with manifest.json, which describes them.
    """
    quantizations = _parse_quantizations(quantize)
    generators = _choose(find_generators(run_or_model), resolutions, run_or_model)
    name = run_or_model.stem if run_or_model.is_file() else run_or_model.resolve().name
    exported = export_generators(generators, quantizations, out, name, _print_model)
    megabytes = sum(model.bytes for model in exported.models) / 1e6
    print(f"exported {len(exported.models)} models, {megabytes:.1f} MB, to {out / manifest.FILE_NAME}")
    if not can_write_metadata():
        print("note: the models hold no TFLite metadata: tflite-support, for Python 3.11, writes it", file=sys.stderr)


def _print_model(model: manifest.Model) -> None:
    print(
        f"{model.file:<32} {model.bytes / 1e6:>7.2f} MB   at most {model.difference} grey levels off Keras "
        f"({model.tolerance} allowed)",
        flush=True,
    )


def _parse_quantizations(text: str) -> list[Quantization]:
    names = _split(text)
    for name in names:
        if name not in QUANTIZATIONS:
            raise UserError(f"--quantize {text}: {name!r} is unknown; choose from {', '.join(QUANTIZATIONS)}")
    return [name for name in QUANTIZATIONS if name in names]


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
