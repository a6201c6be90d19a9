"""TFLite metadata: what a model is, inside the file itself, for Android Studio and other readers.

It is written with tflite-support's schema classes, whose wheels end at Python 3.11; nothing else here needs them. Its
`MetadataPopulator` is not used: it does not import on a machine without libusb.
"""

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
MINIMUM_PARSER_VERSION = "1.0.0"  # the first one: no field used here is younger


def can_write_metadata() -> bool:
    """Whether tflite-support is installed."""
    return schema is not None


def with_metadata(
    model: bytes, name: str, latent_size: int, label_size: int, image_shape: tuple[int, int, int]
) -> bytes:
    """Adds metadata to a model.

    Args:
        model: a .tflite file with input `latent`, perhaps `label`, and output `image`.
        name: of the model.
        latent_size: components of a latent.
        label_size: number of classes; 0 if the model takes no label.
        image_shape: (side, side, channels).
    """
    content = flatbuffer_utils.convert_bytearray_to_object(model)
    buffer = flatbuffer_utils.schema_fb.BufferT()
    buffer.data = np.frombuffer(_describe(name, latent_size, label_size, image_shape), np.uint8)
    field = flatbuffer_utils.schema_fb.MetadataT()
    field.name = FIELD
    field.buffer = len(content.buffers)
    content.buffers.append(buffer)
    content.metadata.append(field)
    return flatbuffer_utils.convert_object_to_bytearray(content)


def _describe(name: str, latent_size: int, label_size: int, image_shape: tuple[int, int, int]) -> bytes:
    side, _, channels = image_shape
    colour = "RGB" if channels == 3 else "greyscale"

    inputs = [
        _feature(
            "latent", f"{latent_size} numbers drawn from the normal distribution N(0, 1); normalized in the graph."
        )
    ]
    if label_size:
        inputs.append(_feature("label", f"1 for the class to draw, 0 for the {label_size - 1} others."))

    image = schema.TensorMetadataT()
    image.name = "image"
    image.description = f"{side}x{side} {colour} pixels from 0 to 255, rows from the top, ready to show."
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

    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata, graph.outputTensorMetadata = inputs, [image]

    model = schema.ModelMetadataT()
    model.name = name
    model.description = f"Generator of a progressive growing GAN: one latent in, one {side}x{side} {colour} image out."
    model.version = pgkeras.__version__
    model.author = "pgkeras"
    model.minParserVersion = MINIMUM_PARSER_VERSION
    model.subgraphMetadata = [graph]

    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def _feature(name: str, description: str) -> "schema.TensorMetadataT":
    tensor = schema.TensorMetadataT()
    tensor.name = name
    tensor.description = description
    tensor.content = schema.ContentT()
    tensor.content.contentPropertiesType = schema.ContentProperties.FeatureProperties
    tensor.content.contentProperties = schema.FeaturePropertiesT()
    return tensor
