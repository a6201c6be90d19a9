"""TFLite metadata: what a model is, inside the file itself, for Android Studio and other readers.

It is written with tflite-support's schema classes, whose wheels end at Python 3.11; nothing else here needs them. Its
`MetadataPopulator` is not used: it does not import on a machine without libusb.
"""

import io
import zipfile
from collections.abc import Sequence

import flatbuffers
import numpy as np
from tensorflow.lite.tools import flatbuffer_utils

import pgkeras

try:
    from tensorflow_lite_support.metadata import metadata_schema_py_generated as schema
except ImportError:
    schema = None

FIELD = "TFLITE_METADATA"
FILE_IDENTIFIER = b"M001"
LABELS = "labels.txt"
MINIMUM_PARSER_VERSION = "1.0.0"  # the first one: no field used here is younger


def can_write_metadata() -> bool:
    """Whether tflite-support is installed."""
    return schema is not None


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

    model = schema.ModelMetadataT()
    model.name = name
    model.description = (
        f"Generator of a progressive growing GAN: one latent in, one {side}x{side} {_colour(channels)} image out."
    )
    model.version = pgkeras.__version__
    model.author = "pgkeras"
    model.minParserVersion = MINIMUM_PARSER_VERSION
    model.subgraphMetadata = [_graph(content, signature) for signature in signatures]

    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def _graph(
    content: "flatbuffer_utils.schema_fb.ModelT", signature: "flatbuffer_utils.schema_fb.SignatureDefT"
) -> "schema.SubGraphMetadataT":
    """What a signature's graph takes and gives, its tensors in the graph's own order."""
    shapes = _shapes(content, signature)
    batch, side, _, channels = shapes["image"]
    inputs = {"latent": _latent(shapes["latent"][1])}
    if "label" in shapes:
        inputs["label"] = _label(shapes["label"][1])
    if "truncation" in shapes:
        inputs["truncation"] = _truncation()
    names = {tensor.tensorIndex: tensor.name.decode() for tensor in signature.inputs}

    graph = schema.SubGraphMetadataT()
    graph.name = signature.signatureKey.decode()
    graph.description = f"{batch} latents in, {batch} images out." if batch > 1 else "One latent in, one image out."
    if "truncation" in shapes:
        graph.description = "One latent and a truncation in, one image out."
    graph.inputTensorMetadata = [inputs[names[index]] for index in content.subgraphs[signature.subgraphIndex].inputs]
    graph.outputTensorMetadata = [_image(side, channels)]
    return graph


def _shapes(
    content: "flatbuffer_utils.schema_fb.ModelT", signature: "flatbuffer_utils.schema_fb.SignatureDefT"
) -> dict[str, list[int]]:
    """Of a signature's tensors, by name."""
    tensors = content.subgraphs[signature.subgraphIndex].tensors
    named = [*signature.inputs, *signature.outputs]
    return {each.name.decode(): [int(size) for size in tensors[each.tensorIndex].shape] for each in named}


def _latent(size: int) -> "schema.TensorMetadataT":
    return _feature("latent", f"{size} numbers drawn from the normal distribution N(0, 1); normalized in the graph.")


def _label(size: int) -> "schema.TensorMetadataT":
    label = _feature("label", f"1 for the class to draw, 0 for the {size - 1} others.")
    label.stats = _range(0.0, 1.0)
    names = schema.AssociatedFileT()
    names.name = LABELS
    names.description = "Names of the classes, in the order of the tensor."
    names.type = schema.AssociatedFileType.TENSOR_AXIS_LABELS
    label.associatedFiles = [names]
    return label


def _truncation() -> "schema.TensorMetadataT":
    truncation = _feature("truncation", "Variety: from 0, always the average image, to 1, all of it.")
    truncation.stats = _range(0.0, 1.0)
    return truncation


def _image(side: int, channels: int) -> "schema.TensorMetadataT":
    image = schema.TensorMetadataT()
    image.name = "image"
    image.description = f"{side}x{side} {_colour(channels)} pixels from 0 to 255, rows from the top, ready to show."
    image.content = schema.ContentT()
    image.content.contentPropertiesType = schema.ContentProperties.ImageProperties
    image.content.contentProperties = schema.ImagePropertiesT()
    image.content.contentProperties.colorSpace = (
        schema.ColorSpaceType.RGB if channels == 3 else schema.ColorSpaceType.GRAYSCALE
    )
    image.content.contentProperties.defaultSize = schema.ImageSizeT()
    image.content.contentProperties.defaultSize.width = side
    image.content.contentProperties.defaultSize.height = side
    image.stats = _range(0.0, 255.0)
    return image


def _range(smallest: float, largest: float) -> "schema.StatsT":
    stats = schema.StatsT()
    stats.min, stats.max = [smallest], [largest]
    return stats


def _colour(channels: int) -> str:
    return "RGB" if channels == 3 else "greyscale"


def _feature(name: str, description: str) -> "schema.TensorMetadataT":
    tensor = schema.TensorMetadataT()
    tensor.name = name
    tensor.description = description
    tensor.content = schema.ContentT()
    tensor.content.contentPropertiesType = schema.ContentProperties.FeatureProperties
    tensor.content.contentProperties = schema.FeaturePropertiesT()
    return tensor
