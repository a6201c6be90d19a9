"""The whole way from generators to an exported folder."""

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np

from export.complete_folder import complete_folder
from export.contract import GALLERY, MANIFEST, TRUNCATED, Manifest, NamedFace, Served
from export.costs import require_runtime
from export.faces import read_faces
from export.for_servers import write_for_servers
from export.gate import Reference, keras_reference
from export.inference_graph import inference_graph
from export.manifest import describe, describe_served
from export.metadata import with_metadata
from export.onnx_model import require_packages
from export.options import Options, ServerFormat
from export.quality import Card
from export.variant import Source, Variant, make_variant
from pgkeras.errors import UserError
from pgkeras.files.writing import writing
from pgkeras.labels import read_label_names
from pgkeras.runs.generators import load_generator
from pgkeras.sampling import label_size
from pgkeras.truncation import average_features, can_truncate


def export_generators(
    generators: dict[int, Path], options: Options, out: Path, on_variant: Callable[[str, Variant], None]
) -> Manifest:
    """Writes each generator in each quantization that reaches its bar and for servers, a quality card, manifest.json.

    Args:
        generators: .keras files by resolution.
        options: what to export.
        out: folder for the files.
        on_variant: called with each variant's file and measurements, whether it is written or not.

    Raises:
        UserError: for a bad .keras file, a model that fails the gate, a package that is missing, a folder that cannot
            be written to, or if no variant reaches its bar; then nothing is written.
    """
    require_runtime()
    if "onnx" in options.server_formats:
        require_packages()
    models, served, faces = [], [], {}
    before = _listed(out)
    with complete_folder(out, last=MANIFEST) as folder, tempfile.TemporaryDirectory() as scratch:
        card = Card(options.name, options.latents, options.bars, options.threads, Path(scratch))
        for resolution, path in generators.items():
            generator, averages, source, label_names = _read(resolution, path, options)
            if options.faces:
                faces = read_faces(options.faces, generator.inputs[0].shape[-1])
            variants = []
            for quantization in options.quantizations:
                file = f"generator_{resolution:04}_{quantization}.tflite"
                variant = make_variant(source, quantization, file)
                on_variant(file, variant)
                variants.append((file, variant))
                if variant.passed.reason is None:
                    with writing(out):
                        (folder / file).write_bytes(variant.model)
                    models.append(describe(file, variant, label_names, source))
                else:
                    reason = variant.passed.reason
            card.add(resolution, source.reference, variants)
            served += _served(generator, averages, source.reference, label_names, options.server_formats, folder)
        if not models:
            raise UserError(f"{file}: {reason}, and no other variant reaches its bar; train longer or lower the bar")
        complete = Manifest(
            name=options.name,
            faces=[NamedFace(name=name, latent=latent.tolist()) for name, latent in faces.items()],
            card=dict(options.card),
            models=models,
            servers=served,
        )
        with writing(out):
            quality = card.write(folder)
            (folder / MANIFEST).write_text(complete.to_json(), encoding="utf-8")
    for name in before - {each.file for each in (*models, *served, *quality.strips)}:
        shutil.rmtree(out / name) if (out / name).is_dir() else (out / name).unlink(missing_ok=True)
    return complete


def _listed(out: Path) -> set[str]:
    """Models and pictures of an earlier export, whose manifest lists the models; none if it is missing or unreadable.

    Nothing that is not called as these are: whoever wrote the manifest must not decide what is deleted.
    """
    with suppress(Exception):
        manifest = json.loads((out / MANIFEST).read_bytes())
        files = [each["file"] for key in ("models", "servers") for each in manifest.get(key, [])]
        pictures = {path.name for path in out.glob("quality_[0-9][0-9][0-9][0-9].png")}
        return pictures | {name for name in files if name == Path(name).name and name.startswith("generator_")}
    return set()


def _served(
    generator: keras.Model,
    averages: np.ndarray | None,
    reference: Reference,
    label_names: list[str],
    formats: Collection[ServerFormat],
    out: Path,
) -> Iterator[Served]:
    if not formats:
        return
    graph = inference_graph(generator, None, averages)
    name = f"generator_{generator.output_shape[1]:04}"
    for server_format in formats:
        model = write_for_servers(graph, reference, server_format, out, name)
        yield describe_served(model, label_names, reference)


def _read(resolution: int, path: Path, options: Options) -> tuple[keras.Model, np.ndarray | None, Source, list[str]]:
    """A generator, its average features, its graphs and reference, and the names of its classes."""
    generator = load_generator(path)
    side = generator.output_shape[1]
    if side != resolution:
        raise UserError(f"{path}: its images are {side}x{side}; name the file after that")
    classes = label_size(generator)
    label_names = read_label_names(path, classes) if classes else []
    averages = average_features(generator) if options.truncation and can_truncate(generator) else None
    others = {} if averages is None else {TRUNCATED: inference_graph(generator, 1, averages)}
    if options.gallery:
        others[GALLERY] = inference_graph(generator, options.gallery)

    def finish(model: bytes, file: str) -> bytes:
        return with_metadata(model, Path(file).stem, label_names)

    source = Source(
        graph=inference_graph(generator),
        others=others,
        gallery=options.gallery,
        reference=keras_reference(generator, str(path), options.latents, averages),
        bars=options.bars,
        finish=finish,
    )
    return generator, averages, source, label_names
