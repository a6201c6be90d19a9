"""What other programs read from the file itself."""

import json

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
    return metadata.with_metadata(plain, "generator_0008_float32", 24, 0, (8, 8, 1))


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
        read(metadata.with_metadata(plain, "x", 24, 0, (8, 8, channels))).SubgraphMetadata(0).OutputTensorMetadata(0)
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
