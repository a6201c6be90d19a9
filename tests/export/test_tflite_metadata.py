"""What other programs read from the file itself: read by tflite-support, the schema's own Python classes."""

import io
import json
import zipfile

import numpy as np
import pytest
from tensorflow.lite.python import schema_py_generated

import pgkeras
from export import metadata
from export.contract import GALLERY, TRUNCATED
from export.convert import convert
from export.inference_graph import inference_graph
from export.interpreter import interpret
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.truncation import average_features

schema = pytest.importorskip(
    "tensorflow_lite_support.metadata.metadata_schema_py_generated",
    reason="tflite-support, which reads metadata, has no wheel for this Python",
)


@pytest.fixture(scope="module")
def plain(make_generator):
    return convert(inference_graph(make_generator(resolution=8, channels=1)), "float32", "x")


@pytest.fixture(scope="module")
def described(plain):
    return metadata.with_metadata(plain, "generator_0008_float32")


@pytest.fixture(scope="module")
def conditional(make_generator):
    """With labels, in colour, with truncation and a gallery."""
    generator = make_generator(resolution=4, label_size=3)
    truncated = inference_graph(generator, 1, average_features(generator))
    others = {TRUNCATED: truncated, GALLERY: inference_graph(generator, 2)}
    model = convert(inference_graph(generator), "float32", "x", others)
    return model, metadata.with_metadata(model, "x", ["cat", "dog", "böser Wolf"])


def fields(model: bytes) -> dict[str, bytes]:
    content = schema_py_generated.Model.GetRootAs(model)
    entries = [content.Metadata(index) for index in range(content.MetadataLength())]
    return {entry.Name().decode(): content.Buffers(entry.Buffer()).DataAsNumpy().tobytes() for entry in entries}


def read(model: bytes):
    """The metadata table."""
    buffer = fields(model)["TFLITE_METADATA"]
    assert buffer[4:8] == b"M001"
    return schema.ModelMetadata.GetRootAs(buffer)


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


def properties_of(image):
    assert image.Content().ContentPropertiesType() == schema.ContentProperties.ImageProperties
    table, properties = image.Content().ContentProperties(), schema.ImageProperties()
    properties.Init(table.Bytes, table.Pos)
    return properties


def test_colour_space(described, conditional):
    for model, side, colour_space in ((described, 8, "GRAYSCALE"), (conditional[1], 4, "RGB")):
        properties = properties_of(read(model).SubgraphMetadata(0).OutputTensorMetadata(0))
        assert properties.ColorSpace() == getattr(schema.ColorSpaceType, colour_space)
        assert (properties.DefaultSize().Width(), properties.DefaultSize().Height()) == (side, side)


def test_signatures_are_graphs_in_order(conditional):
    model = read(conditional[1])
    content = schema_py_generated.Model.GetRootAs(conditional[1])
    assert model.SubgraphMetadataLength() == content.SubgraphsLength() == 3
    for key, index, description in (
        (b"serving_default", 0, b"One latent in, one image out."),
        (b"serving_gallery", 1, b"2 latents in, 2 images out."),
        (b"truncated", 2, b"One latent and a truncation in, one image out."),
    ):
        signature = content.SignatureDefs(index)
        assert (signature.SignatureKey(), signature.SubgraphIndex()) == (key, index)
        graph, tensors = model.SubgraphMetadata(index), content.Subgraphs(index)
        assert (graph.Name(), graph.Description()) == (key, description)
        described = [graph.InputTensorMetadata(place).Name() for place in range(graph.InputTensorMetadataLength())]
        inputs = map(signature.Inputs, range(signature.InputsLength()))
        names = {each.TensorIndex(): each.Name() for each in inputs}
        assert described == [names[tensors.Inputs(place)] for place in range(tensors.InputsLength())]
        image = graph.OutputTensorMetadata(0)
        assert (image.Name(), image.Stats().Min(0), image.Stats().Max(0)) == (b"image", 0.0, 255.0)


def test_labels_are_an_associated_file(conditional):
    """Read as a ZIP archive by the standard library."""
    model = read(conditional[1])
    for index in range(model.SubgraphMetadataLength()):
        graph = model.SubgraphMetadata(index)
        inputs = [graph.InputTensorMetadata(place) for place in range(graph.InputTensorMetadataLength())]
        (label,) = [tensor for tensor in inputs if tensor.Name() == b"label"]
        assert (label.Stats().Min(0), label.Stats().Max(0)) == (0.0, 1.0)
        file = label.AssociatedFiles(0)
        assert (file.Name(), file.Type()) == (b"labels.txt", schema.AssociatedFileType.TENSOR_AXIS_LABELS)
    with zipfile.ZipFile(io.BytesIO(conditional[1])) as files:
        assert files.namelist() == ["labels.txt"]
        assert files.read("labels.txt").decode() == "cat\ndog\nböser Wolf\n"


def test_no_labels_no_file(described):
    assert not zipfile.is_zipfile(io.BytesIO(described))
    assert read(described).SubgraphMetadata(0).InputTensorMetadata(0).AssociatedFilesLength() == 0


def test_the_rest_of_the_model_stays(plain, described):
    latents = latents_from_seeds(range(3), 24)
    np.testing.assert_array_equal(interpret(described, latents), interpret(plain, latents))
    assert fields(described).items() > fields(plain).items()


def test_the_archive_is_in_no_one_s_way(conditional):
    plain, described = conditional
    latents, labels = latents_from_seeds(range(3), 24), one_hot(np.arange(3), 3)
    np.testing.assert_array_equal(interpret(described, latents, labels), interpret(plain, latents, labels))
    assert metadata.with_metadata(plain, "x", ["cat", "dog", "böser Wolf"]) == described


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
