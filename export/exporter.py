"""The whole way from generators to an exported folder."""

from collections.abc import Callable, Collection
from pathlib import Path

from export import manifest
from export.complete_folder import complete_folder
from export.convert import Quantization, convert
from export.gate import keras_reference, pass_gate
from export.inference_graph import inference_graph
from export.metadata import can_write_metadata, with_metadata
from pgkeras.errors import UserError
from pgkeras.labels import read_label_names
from pgkeras.loading import load_generator
from pgkeras.sampling import label_size


def export_generators(
    generators: dict[int, Path],
    quantizations: Collection[Quantization],
    out: Path,
    name: str,
    on_model: Callable[[manifest.Model], None],
) -> manifest.Manifest:
    """Writes each generator in each quantization, and manifest.json, once all of them have passed the gate.

    Args:
        generators: .keras files by resolution.
        quantizations: variants of each.
        out: folder for the files.
        name: of the run or model, for people.
        on_model: called after each model has passed.

    Raises:
        UserError: for a bad .keras file, a model that fails the gate or a folder that cannot be written to; then
            nothing is written.
    """
    models = []
    with complete_folder(out, last=manifest.FILE_NAME) as folder:
        for resolution, path in generators.items():
            generator = load_generator(path)
            image_shape = generator.output_shape[1:]
            if image_shape[0] != resolution:
                raise UserError(f"{path}: its images are {image_shape[0]}x{image_shape[0]}; name the file after that")
            classes = label_size(generator)
            label_names = read_label_names(path, classes) if classes else []
            reference = keras_reference(generator, str(path))
            graph = inference_graph(generator)
            for quantization in quantizations:
                file = f"generator_{resolution:04}_{quantization}.tflite"
                model = convert(graph, quantization, file)
                if can_write_metadata():
                    model = with_metadata(model, Path(file).stem, reference.latents.shape[1], classes, image_shape)
                passed = pass_gate(model, reference, quantization, file)
                (folder / file).write_bytes(model)
                models.append(manifest.describe(file, model, quantization, label_names, reference, passed))
                on_model(models[-1])
        complete = manifest.Manifest(name=name, models=models)
        (folder / manifest.FILE_NAME).write_text(complete.to_json())
    return complete
