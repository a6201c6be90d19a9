"""TensorFlow's message `Example`, without TensorFlow: as its example.proto and feature.proto declare it.

message BytesList { repeated bytes value = 1; }
message FloatList { repeated float value = 1; }
message Int64List { repeated int64 value = 1; }
message Feature { oneof kind { BytesList bytes_list = 1; FloatList float_list = 2; Int64List int64_list = 3; } }
message Features { map<string, Feature> feature = 1; }
message Example { Features features = 1; }
"""

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.message_factory import GetMessages

LISTS = {
    "bytes_list": ("BytesList", FieldDescriptorProto.TYPE_BYTES),
    "float_list": ("FloatList", FieldDescriptorProto.TYPE_FLOAT),
    "int64_list": ("Int64List", FieldDescriptorProto.TYPE_INT64),
}


def _field(name: str, number: int, kind: int | str, repeated: bool = False, **more: int) -> FieldDescriptorProto:
    """A field of a number type, or of another message by its name."""
    label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    message = {"type": FieldDescriptorProto.TYPE_MESSAGE, "type_name": f".pgkeras.{kind}"}
    types = message if isinstance(kind, str) else {"type": kind}
    return FieldDescriptorProto(name=name, number=number, label=label, **types, **more)


def _declare() -> FileDescriptorProto:
    file = FileDescriptorProto(name="pgkeras/example.proto", package="pgkeras", syntax="proto3")
    for name, kind in LISTS.values():
        file.message_type.add(name=name, field=[_field("value", 1, kind, repeated=True)])
    kinds = [_field(name, number, LISTS[name][0], oneof_index=0) for number, name in enumerate(LISTS, 1)]
    file.message_type.add(name="Feature", field=kinds).oneof_decl.add(name="kind")
    key = _field("key", 1, FieldDescriptorProto.TYPE_STRING)
    entry = DescriptorProto(
        name="FeatureEntry", field=[key, _field("value", 2, "Feature")], options={"map_entry": True}
    )
    features = [_field("feature", 1, "Features.FeatureEntry", repeated=True)]
    file.message_type.add(name="Features", field=features, nested_type=[entry])
    file.message_type.add(name="Example", field=[_field("features", 1, "Features")])
    return file


# In a pool of descriptors of its own: the default one has TensorFlow's, where that is imported.
Example = GetMessages([_declare()])["pgkeras.Example"]
