"""PyTorch GAN Zoo's checkpoints: agreement with its program, by hand, and what is refused."""

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras import UserError
from pgkeras.interop import load_gan_zoo_checkpoint
from pgkeras.interop.gan_zoo_layers import GANZooMinibatchStddev
from tests.interop.gan_zoo import Tensor, checkpoint, write_legacy, write_zip
from tests.layer_checks import check_layer


def numpy(result) -> np.ndarray:
    return ops.convert_to_numpy(result)


def test_agrees_with_gan_zoo(reference):
    loaded = load_gan_zoo_checkpoint(reference / "gan_zoo_32.pt")
    outputs = np.load(reference / "gan_zoo_32_outputs.npz")
    images = outputs["images"].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(numpy(loaded.generators[32].straight(outputs["latents"])), images, atol=1e-4)
    np.testing.assert_allclose(numpy(loaded.discriminators[32].straight(images)), outputs["scores"], atol=1e-4)


def plain_generator(layer: np.ndarray, **options) -> dict:
    """A checkpoint of 4x4 pixels and one feature map, whose first layer has `layer` for biases."""
    saved = checkpoint((1,), latents=1, dimOutput=1, **options)
    delta = np.zeros((1, 1, 3, 3))
    delta[..., 1, 1] = 1
    for name, weight, bias in (
        ("formatLayer", np.zeros((16, 1)), layer),
        ("groupScale0.0", delta, [0]),
        ("toRGBLayers.0", np.ones((1, 1, 1, 1)), [0]),
    ):
        saved["avgG"][f"{name}.module.weight"] = Tensor(np.array(weight))
        saved["avgG"][f"{name}.module.bias"] = Tensor(np.array(bias))
    return saved


def test_first_layer_has_a_bias_for_each_pixel(tmp_path):
    """With one feature map, pixel normalization leaves the signs; leaky ReLU's 0.2 cancels."""
    signs = np.array([1, -1, -1, 1] * 4)
    path = write_zip(tmp_path / "model.pt", plain_generator(signs, equalizedlR=False))
    image = numpy(load_gan_zoo_checkpoint(path).ema_generators[4].straight(np.ones((1, 1), np.float32)))
    np.testing.assert_allclose(image.ravel(), signs, atol=1e-5)


def test_the_scale_multiplies_the_bias(tmp_path):
    """To grey: (1 * 1 + 3) * sqrt(2 / 1)."""
    saved = plain_generator(np.ones(16))
    saved["avgG"]["toRGBLayers.0.module.bias"] = Tensor(np.array([3.0]))
    path = write_zip(tmp_path / "model.pt", saved)
    image = numpy(load_gan_zoo_checkpoint(path).ema_generators[4].straight(np.ones((1, 1), np.float32)))
    np.testing.assert_allclose(image, np.full((1, 4, 4, 1), 4 * np.sqrt(2)), rtol=1e-5)


def outputs(path) -> list[np.ndarray]:
    loaded = load_gan_zoo_checkpoint(path)
    latents = np.random.default_rng(0).standard_normal((8, 3), np.float32)
    images = loaded.generators[8].straight(latents)
    return [numpy(images), numpy(loaded.discriminators[8].straight(images))]


def test_older_files(tmp_path):
    """The stream before PyTorch's zip format, and GAN Zoo's shorter names, are the same network."""
    saved = checkpoint()
    expected = outputs(write_zip(tmp_path / "new.pt", saved))
    for network in ("netG", "netD", "avgG"):
        saved[network] = {name.replace(".module", ""): tensor for name, tensor in saved[network].items()}
    for new, old in zip(expected, outputs(write_legacy(tmp_path / "old.pth", saved)), strict=True):
        np.testing.assert_array_equal(new, old)


def test_labels(tmp_path):
    loaded = load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", checkpoint(labels=2)))
    latents, labels = np.ones((4, 3), np.float32), np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]
    images = loaded.generators[8].straight([latents, labels])
    assert not np.allclose(numpy(images)[0], numpy(images)[1])
    scores, logits = loaded.discriminators[8].straight(images)
    assert (scores.shape, logits.shape) == ((4, 1), (4, 2))


def test_feature_maps_of_any_numbers(tmp_path):
    loaded = load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", checkpoint((3, 7, 2), miniBatchStdDev=False)))
    assert loaded.generators[16].straight.get_layer("generator_0016_conv_0").kernel.shape == (3, 3, 7, 2)
    assert loaded.discriminators[16].straight.get_layer("discriminator_0008_conv_1").kernel.shape == (3, 3, 7, 3)


def test_a_network_in_the_middle_of_its_training(tmp_path):
    """GAN Zoo's alpha is the share of the previous resolution."""
    loaded = load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", checkpoint((3, 3, 3), alpha=0.25)))
    for pairs in (loaded.generators, loaded.discriminators, loaded.ema_generators):
        assert [float(pairs[resolution].alpha.value) for resolution in (8, 16)] == [1, 0.75]


REFUSED = {
    "option leakyReluLeak is 0.1; pgkeras only has 0.2": {"leakyReluLeak": 0.1},
    "option perChannelNormalization is False": {"perChannelNormalization": False},
    "option lossCriterion is 'DCGAN'": {"lossCriterion": "DCGAN"},
    "option channels is 4": {"dimOutput": 4},
    r"option depths\.1 is 'many'": {"depthOtherScales": ["many"]},
    "is not a power of two": {"depthOtherScales": [1] * 100},
    "'scaleLayers.1.0.weight' is missing|'toRGBLayers.2.weight' is missing": {"depthOtherScales": [5, 5]},
    r"generator_0008_conv_0 should have kernel \(3, 3, 6, 65536\)": {"depthOtherScales": [2**16]},
    "holds no progressive network": {"alpha": "none"},
    "holds no progressive networ.": {"alpha": float("nan")},
}


@pytest.mark.parametrize("message", REFUSED)
def test_refuses_what_it_cannot_represent(tmp_path, message):
    saved = checkpoint()
    saved["config"].__dict__ |= REFUSED[message]
    with pytest.raises(UserError, match=message):
        load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", saved))


def test_refuses_one_storage_under_many_names(tmp_path):
    saved = checkpoint()
    one = Tensor(np.zeros((16 * 64, 64)))
    saved["netG"] = {f"layer.{number}": one for number in range(100)}
    with pytest.raises(UserError, match="too small for them"):
        load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", saved))


@pytest.mark.parametrize("content", [{}, {"config": 1}, [1], None])
def test_refuses_other_checkpoints(tmp_path, content):
    with pytest.raises(UserError, match="holds no progressive network"):
        load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", content))


def test_refuses_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        load_gan_zoo_checkpoint(tmp_path / "none.pt")


def test_minibatch_stddev_layer():
    inputs = np.random.default_rng(0).standard_normal((8, 2, 2, 3), np.float32)
    check_layer(GANZooMinibatchStddev, {"epsilon": 1e-8}, inputs, (8, 2, 2, 4))


@pytest.mark.parametrize(
    ("batch", "groups"),
    [(8, [[0, 1, 2, 3], [4, 5, 6, 7]]), (6, [[0, 1, 2, 3, 4, 5]]), (3, [[0, 1, 2]]), (2, [[0, 1]])],
)
def test_minibatch_stddev_by_neighbours(batch, groups):
    """The sample standard deviation, which divides by n - 1."""
    inputs = np.random.default_rng(0).standard_normal((batch, 2, 2, 3), np.float32)
    channel = numpy(GANZooMinibatchStddev()(inputs))[..., 3]
    for group in groups:
        expected = inputs[group].std(axis=0, ddof=1).mean()
        np.testing.assert_allclose(channel[group], np.full((len(group), 2, 2), expected), rtol=1e-4)


def test_discriminators_can_be_saved(tmp_path):
    loaded = load_gan_zoo_checkpoint(write_zip(tmp_path / "model.pt", checkpoint()))
    model = loaded.discriminators[8].straight
    model.save(tmp_path / "discriminator.keras")
    images = np.random.default_rng(0).standard_normal((4, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(
        numpy(keras.models.load_model(tmp_path / "discriminator.keras")(images)), numpy(model(images))
    )
