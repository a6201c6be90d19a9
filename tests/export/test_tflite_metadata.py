"""What other programs read from the file itself."""

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from tensorflow.lite.python import schema_py_generated

import pgkeras
from export import metadata
from export.convert import convert
from export.inference_graph import inference_graph
from export.interpreter import interpret
from pgkeras.latents import latents_from_seeds

pytestmark = pytest.mark.skipif(
    not metadata.can_write_metadata(), reason="tflite-support, which writes metadata, has no wheel for this Python"
)


@pytest.fixture(scope="module")
def plain(make_generator):
    return convert(inference_graph(make_generator(resolution=8, channels=1)), "float32", "x")


@pytest.fixture(scope="module")
def described(plain):
    return metadata.with_metadata(plain, "generator_0008_float32", 24, (), (8, 8, 1))


def fields(model: bytes) -> dict[str, bytes]:
    content = schema_py_generated.Model.GetRootAs(model)
    entries = [content.Metadata(index) for index in range(content.MetadataLength())]
    return {entry.Name().decode(): content.Buffers(entry.Buffer()).DataAsNumpy().tobytes() for entry in entries}


def read(model: bytes):
    """The metadata table, by the schema's accessors: the model was written through its object classes."""
    buffer = fields(model)["TFLITE_METADATA"]
    assert buffer[4:8] == b"M001"
    return metadata.schema.ModelMetadata.GetRootAs(buffer)


def test_model(described):
    model = read(described)
    assert model.Name() == b"generator_0008_float32"
    assert b"Generator" in model.Description()
    assert model.Version() == pgkeras.__version__.encode()
    assert model.Author() == b"pgkeras"
    assert model.MinParserVersion() == b"1.0.0"


def test_tensors(described):
    graph = read(described).SubgraphMetadata(0)
    assert (graph.InputTensorMetadataLength(), graph.OutputTensorMetadataLength()) == (1, 1)
    latent, image = graph.InputTensorMetadata(0), graph.OutputTensorMetadata(0)
    assert latent.Name() == b"latent"
    assert b"24 numbers" in latent.Description() and b"N(0, 1)" in latent.Description()
    assert image.Name() == b"image"
    assert (image.Stats().Min(0), image.Stats().Max(0)) == (0.0, 255.0)


@pytest.mark.parametrize(("channels", "colour_space"), [(1, "GRAYSCALE"), (3, "RGB")])
def test_colour_space(plain, channels, colour_space):
    image = (
        read(metadata.with_metadata(plain, "x", 24, (), (8, 8, channels))).SubgraphMetadata(0).OutputTensorMetadata(0)
    )
    assert image.Content().ContentPropertiesType() == metadata.schema.ContentProperties.ImageProperties
    table, properties = image.Content().ContentProperties(), metadata.schema.ImageProperties()
    properties.Init(table.Bytes, table.Pos)
    assert properties.ColorSpace() == getattr(metadata.schema.ColorSpaceType, colour_space)
    assert (properties.DefaultSize().Width(), properties.DefaultSize().Height()) == (8, 8)


def test_the_rest_of_the_model_stays(plain, described):
    latents = latents_from_seeds(range(3), 24)
    np.testing.assert_array_equal(interpret(described, latents), interpret(plain, latents))
    assert fields(described).items() > fields(plain).items()


def test_a_conditional_model_with_a_gallery_carries_its_class_names(make_generator):
    generator = make_generator(resolution=4, label_size=2)
    model = convert(inference_graph(generator), "float32", "x", inference_graph(generator, 3))
    described = metadata.with_metadata(model, "x", 24, ("cat", "Löwe"), (4, 4, 3))

    with zipfile.ZipFile(BytesIO(described)) as archive:
        assert archive.namelist() == ["labels.txt"]
        assert archive.read("labels.txt").decode() == "cat\nLöwe\n"
    assert metadata.with_metadata(model, "x", 24, ("cat", "Löwe"), (4, 4, 3)) == described
    table = read(described)
    content = schema_py_generated.Model.GetRootAs(described)
    assert table.SubgraphMetadataLength() == content.SubgraphsLength() == 2
    descriptions = []
    for index in range(2):
        graph, tensors = table.SubgraphMetadata(index), content.Subgraphs(index)
        descriptions.append(graph.Description())
        for place in range(2):
            described_tensor = graph.InputTensorMetadata(place)
            assert described_tensor.Name() in tensors.Tensors(tensors.Inputs(place)).Name()
            if described_tensor.Name() == b"label":
                file = described_tensor.AssociatedFiles(0)
                assert (file.Name(), file.Type()) == (
                    b"labels.txt",
                    metadata.schema.AssociatedFileType.TENSOR_AXIS_LABELS,
                )
    assert sorted(descriptions) == [b"3 images at a time.", b"One image."]
    latents, labels = latents_from_seeds(range(3), 24), np.eye(2, dtype=np.float32)[[0, 1, 0]]
    np.testing.assert_array_equal(interpret(described, latents, labels), interpret(model, latents, labels))


def test_official_reader(described):
    """MetadataDisplayer needs libusb on the machine."""
    try:
        from tensorflow_lite_support.metadata.python.metadata import MetadataDisplayer
    except ImportError as error:
        pytest.skip(f"tflite-support's reader does not import here: {error}")
    read = json.loads(MetadataDisplayer.with_model_buffer(described).get_metadata_json())
    assert read["version"] == pgkeras.__version__
    (image,) = read["subgraph_metadata"][0]["output_tensor_metadata"]
    assert image["content"]["content_properties"]["color_space"] == "GRAYSCALE"


def test_written_by_the_command(exported):
    for file in exported.glob("*.tflite"):
        assert read(file.read_bytes()).Name() == file.stem.encode()
