"""TFLite metadata: what a model is, inside the file itself, for Android Studio and other readers.

It is written with tflite-support's schema classes, whose wheels end at Python 3.11; nothing else here needs them. Its
`MetadataPopulator` is not used: it does not import on a machine without libusb.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO

import flatbuffers
import numpy as np
from tensorflow.lite.tools import flatbuffer_utils

import pgkeras

try:
    from tensorflow_lite_support.metadata import metadata_schema_py_generated as schema
except ImportError:
    schema = None

FIELD = "TFLITE_METADATA"
LABELS = "labels.txt"
FILE_IDENTIFIER = b"M001"
MINIMUM_PARSER_VERSION = "1.0.0"  # the first one: no field used here is younger


def can_write_metadata() -> bool:
    """Whether tflite-support is installed."""
    return schema is not None


def with_metadata(
    model: bytes, name: str, latent_size: int, label_names: Sequence[str], image_shape: tuple[int, int, int]
) -> bytes:
    """Adds metadata to a model.

    Names of classes go into a file of its own, `labels.txt`, which readers find in the model as in a zip archive.

    Args:
        model: a .tflite file with input `latent`, perhaps `label`, and output `image`, for one or several signatures.
        name: of the model.
        latent_size: components of a latent.
        label_names: of the classes; none if the model takes no label.
        image_shape: (side, side, channels).
    """
    content = flatbuffer_utils.convert_bytearray_to_object(model)
    inputs = {"latent": _latent(latent_size)}
    if label_names:
        inputs["label"] = _label(len(label_names))
    graphs = [_graph(graph, inputs, _image(image_shape)) for graph in content.subgraphs]
    buffer = flatbuffer_utils.schema_fb.BufferT()
    buffer.data = np.frombuffer(_describe(name, image_shape, graphs), np.uint8)
    field = flatbuffer_utils.schema_fb.MetadataT()
    field.name = FIELD
    field.buffer = len(content.buffers)
    content.buffers.append(buffer)
    content.metadata.append(field)
    described = flatbuffer_utils.convert_object_to_bytearray(content)
    return _with_file(described, LABELS, "".join(f"{each}\n" for each in label_names)) if label_names else described


def _describe(name: str, image_shape: tuple[int, int, int], graphs: "list[schema.SubGraphMetadataT]") -> bytes:
    model = schema.ModelMetadataT()
    model.name = name
    model.description = f"Generator of a progressive growing GAN: one latent in, one {_pixels(image_shape)} image out."
    model.version = pgkeras.__version__
    model.author = "pgkeras"
    model.minParserVersion = MINIMUM_PARSER_VERSION
    model.subgraphMetadata = graphs

    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def _graph(
    graph: "flatbuffer_utils.schema_fb.SubGraphT",
    inputs: "dict[str, schema.TensorMetadataT]",
    image: "schema.TensorMetadataT",
) -> "schema.SubGraphMetadataT":
    """Of one signature; tensors in its own order."""
    given = [graph.tensors[index] for index in graph.inputs]
    described = schema.SubGraphMetadataT()
    number = given[0].shape[0]
    described.name = "single image" if number == 1 else "gallery"
    described.description = "One image." if number == 1 else f"{number} images at a time."
    described.inputTensorMetadata = [
        next(tensor for name, tensor in inputs.items() if name in each.name.decode()) for each in given
    ]
    described.outputTensorMetadata = [image]
    return described


def _latent(size: int) -> "schema.TensorMetadataT":
    return _feature("latent", f"{size} numbers drawn from the normal distribution N(0, 1); normalized in the graph.")


def _label(classes: int) -> "schema.TensorMetadataT":
    label = _feature("label", f"1 for the class to draw, 0 for the {classes - 1} others.")
    names = schema.AssociatedFileT()
    names.name = LABELS
    names.description = "A line for each class, in the order of the numbers."
    names.type = schema.AssociatedFileType.TENSOR_AXIS_LABELS
    label.associatedFiles = [names]
    return label


def _image(shape: tuple[int, int, int]) -> "schema.TensorMetadataT":
    side, _, channels = shape
    image = schema.TensorMetadataT()
    image.name = "image"
    image.description = f"{_pixels(shape)} pixels from 0 to 255, rows from the top, ready to show."
    image.content = schema.ContentT()
    image.content.contentPropertiesType = schema.ContentProperties.ImageProperties
    image.content.contentProperties = schema.ImagePropertiesT()
    image.content.contentProperties.colorSpace = (
        schema.ColorSpaceType.RGB if channels == 3 else schema.ColorSpaceType.GRAYSCALE
    )
    image.content.contentProperties.defaultSize = schema.ImageSizeT()
    image.content.contentProperties.defaultSize.width = side
    image.content.contentProperties.defaultSize.height = side
    image.stats = schema.StatsT()
    image.stats.min, image.stats.max = [0.0], [255.0]
    return image


def _pixels(shape: tuple[int, int, int]) -> str:
    side, _, channels = shape
    return f"{side}x{side} {'RGB' if channels == 3 else 'greyscale'}"


def _with_file(model: bytes, name: str, text: str) -> bytes:
    """The model with a zip archive behind it, as TFLite's associated files are kept; always the same bytes."""
    packed = BytesIO(model)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


def _feature(name: str, description: str) -> "schema.TensorMetadataT":
    tensor = schema.TensorMetadataT()
    tensor.name = name
    tensor.description = description
    tensor.content = schema.ContentT()
    tensor.content.contentPropertiesType = schema.ContentProperties.FeatureProperties
    tensor.content.contentProperties = schema.FeaturePropertiesT()
    return tensor
