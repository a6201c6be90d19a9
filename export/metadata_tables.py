"""The tables of TFLite metadata, and how they are packed into a FlatBuffer.

They are those of tflite-support's `metadata_schema.fbs`. Its Python classes are not used: their wheels end at Python
3.11, and ask for a protobuf that makes TensorFlow trace half as fast.
"""

import flatbuffers
import numpy as np

FIELDS = {
    "ModelMetadata": "name description version subgraph_metadata author license associated_files min_parser_version",
    "SubGraphMetadata": "name description input_tensor_metadata output_tensor_metadata",
    "TensorMetadata": "name description dimension_names content process_units stats associated_files",
    "Content": "content_properties_type content_properties",
    "FeatureProperties": "",
    "ImageProperties": "color_space default_size",
    "ImageSize": "width height",
    "Stats": "max min",
    "AssociatedFile": "name description type",
}
"""In the schema's order, which is their place in the file, as far as pgkeras needs them."""

TENSOR_AXIS_LABELS = np.int8(2)  # of AssociatedFileType
FEATURE_PROPERTIES, IMAGE_PROPERTIES = np.uint8(1), np.uint8(2)  # of the union ContentProperties
RGB, GRAYSCALE = np.int8(1), np.int8(2)  # of ColorSpaceType


class Table:
    """A table of the schema, with some of its fields.

    Args:
        kind: a key of FIELDS.
        fields: by name: text, NumPy scalars of the schema's type, arrays of floats, tables or lists of tables.
    """

    def __init__(self, kind: str, **fields: "Value") -> None:
        self.kind = kind
        self.fields = fields


Value = str | np.generic | np.ndarray | Table | list[Table]


def pack(root: Table, identifier: bytes) -> bytes:
    """The file that holds a table and all those in it.

    Args:
        root: the table.
        identifier: of the kind of file, four bytes.
    """
    builder = flatbuffers.Builder()
    builder.Finish(_add_table(builder, root), identifier)
    return bytes(builder.Output())


def _add_table(builder: flatbuffers.Builder, added: Table) -> int:
    """What a table points to comes before it in the file."""
    names = FIELDS[added.kind].split()
    values = {names.index(name): _add(builder, value) for name, value in added.fields.items()}
    builder.StartObject(len(names))
    for slot, value in values.items():
        if isinstance(value, np.int8):
            builder.PrependInt8Slot(slot, int(value), 0)
        elif isinstance(value, np.uint8):
            builder.PrependUint8Slot(slot, int(value), 0)
        elif isinstance(value, np.uint32):
            builder.PrependUint32Slot(slot, int(value), 0)
        else:
            builder.PrependUOffsetTRelativeSlot(slot, value, 0)
    return builder.EndObject()


def _add(builder: flatbuffers.Builder, value: Value) -> np.generic | int:
    """The offset of what is kept outside of the table; a scalar is kept in it."""
    if isinstance(value, str):
        return builder.CreateString(value)
    if isinstance(value, np.ndarray):
        return builder.CreateNumpyVector(value)
    if isinstance(value, Table):
        return _add_table(builder, value)
    if isinstance(value, list):
        offsets = [_add_table(builder, each) for each in value]
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()
    return value
