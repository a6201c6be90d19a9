"""TFLite metadata: what a model is, inside the file itself, for Android Studio and other readers."""

import io
import zipfile
from collections.abc import Sequence

import numpy as np
from tensorflow.lite.tools import flatbuffer_utils

import pgkeras
from export.metadata_tables import (
    FEATURE_PROPERTIES,
    GRAYSCALE,
    IMAGE_PROPERTIES,
    RGB,
    TENSOR_AXIS_LABELS,
    Table,
    Value,
    pack,
)

FIELD = "TFLITE_METADATA"
FILE_IDENTIFIER = b"M001"
LABELS = "labels.txt"
MINIMUM_PARSER_VERSION = "1.0.0"  # the first one: no field used here is younger


def with_metadata(model: bytes, name: str, label_names: Sequence[str] = ()) -> bytes:
    """Adds metadata to a model, and the names of its classes as an associated file.

    The file, a line for each class, is a ZIP archive behind the model, as the format wants it: `unzip -p MODEL` shows
    it. A model that takes no label has none: there is nothing that its numbers name.

    Args:
        model: a .tflite file whose signatures have inputs `latent`, perhaps `label` and `truncation`, and output
            `image`.
        name: of the model.
        label_names: of the classes; empty if the model takes no label.
    """
    content = flatbuffer_utils.convert_bytearray_to_object(model)
    buffer = flatbuffer_utils.schema_fb.BufferT()
    buffer.data = np.frombuffer(_describe(content, name), np.uint8)
    field = flatbuffer_utils.schema_fb.MetadataT()
    field.name = FIELD
    field.buffer = len(content.buffers)
    content.buffers.append(buffer)
    content.metadata.append(field)
    described = bytes(flatbuffer_utils.convert_object_to_bytearray(content))
    return _with_archive(described, "".join(f"{each}\n" for each in label_names)) if label_names else described


def _with_archive(model: bytes, labels: str) -> bytes:
    packed = io.BytesIO(model)
    with zipfile.ZipFile(packed, "a") as files:  # its offsets count from the model's start, as readers expect
        files.writestr(zipfile.ZipInfo(LABELS), labels)  # without a date: the same bytes every time
    return packed.getvalue()


def _describe(content: "flatbuffer_utils.schema_fb.ModelT", name: str) -> bytes:
    signatures = sorted(content.signatureDefs, key=lambda signature: signature.subgraphIndex)
    side, channels = _shapes(content, signatures[0])["image"][2:]

    model = Table(
        "ModelMetadata",
        name=name,
        description=f"Generator of a progressive growing GAN: one latent in, one {side}x{side} {_colour(channels)} "
        "image out.",
        version=pgkeras.__version__,
        author="pgkeras",
        min_parser_version=MINIMUM_PARSER_VERSION,
        subgraph_metadata=[_graph(content, signature) for signature in signatures],
    )
    return pack(model, FILE_IDENTIFIER)


def _graph(
    content: "flatbuffer_utils.schema_fb.ModelT", signature: "flatbuffer_utils.schema_fb.SignatureDefT"
) -> Table:
    """What a signature's graph takes and gives, its tensors in the graph's own order."""
    shapes = _shapes(content, signature)
    batch, side, _, channels = shapes["image"]
    inputs = {"latent": _latent(shapes["latent"][1])}
    if "label" in shapes:
        inputs["label"] = _label(shapes["label"][1])
    if "truncation" in shapes:
        inputs["truncation"] = _truncation()
    names = {tensor.tensorIndex: tensor.name.decode() for tensor in signature.inputs}
    description = f"{batch} latents in, {batch} images out." if batch > 1 else "One latent in, one image out."
    if "truncation" in shapes:
        description = "One latent and a truncation in, one image out."
    return Table(
        "SubGraphMetadata",
        name=signature.signatureKey.decode(),
        description=description,
        input_tensor_metadata=[inputs[names[index]] for index in content.subgraphs[signature.subgraphIndex].inputs],
        output_tensor_metadata=[_image(side, channels)],
    )


def _shapes(
    content: "flatbuffer_utils.schema_fb.ModelT", signature: "flatbuffer_utils.schema_fb.SignatureDefT"
) -> dict[str, list[int]]:
    """Of a signature's tensors, by name."""
    tensors = content.subgraphs[signature.subgraphIndex].tensors
    named = [*signature.inputs, *signature.outputs]
    return {each.name.decode(): [int(size) for size in tensors[each.tensorIndex].shape] for each in named}


def _latent(size: int) -> Table:
    return _feature("latent", f"{size} numbers drawn from the normal distribution N(0, 1); normalized in the graph.")


def _label(size: int) -> Table:
    names = Table(
        "AssociatedFile",
        name=LABELS,
        description="Names of the classes, in the order of the tensor.",
        type=TENSOR_AXIS_LABELS,
    )
    description = f"1 for the class to draw, 0 for the {size - 1} others."
    return _feature("label", description, stats=_range(0.0, 1.0), associated_files=[names])


def _truncation() -> Table:
    description = "Variety: from 0, always the average image, to 1, all of it."
    return _feature("truncation", description, stats=_range(0.0, 1.0))


def _image(side: int, channels: int) -> Table:
    properties = Table(
        "ImageProperties",
        color_space=RGB if channels == 3 else GRAYSCALE,
        default_size=Table("ImageSize", width=np.uint32(side), height=np.uint32(side)),
    )
    return Table(
        "TensorMetadata",
        name="image",
        description=f"{side}x{side} {_colour(channels)} pixels from 0 to 255, rows from the top, ready to show.",
        content=Table("Content", content_properties_type=IMAGE_PROPERTIES, content_properties=properties),
        stats=_range(0.0, 255.0),
    )


def _range(smallest: float, largest: float) -> Table:
    return Table("Stats", max=np.float32([largest]), min=np.float32([smallest]))


def _colour(channels: int) -> str:
    return "RGB" if channels == 3 else "greyscale"


def _feature(name: str, description: str, **fields: Value) -> Table:
    content = Table(
        "Content", content_properties_type=FEATURE_PROPERTIES, content_properties=Table("FeatureProperties")
    )
    return Table("TensorMetadata", name=name, description=description, content=content, **fields)
