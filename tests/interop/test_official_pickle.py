"""Official network pickles: agreement with the official code, kernels by hand, and what is refused."""

import keras
import numpy as np
import pytest
from keras import ops

from pgkeras import UserError
from pgkeras.interop import load_official_pickle
from tests.interop.official import Network, discriminator_variables, generator_variables, write_pickle

MAPS = {4: 8, 8: 4}
OPTIONS = {"num_channels": 3, "resolution": 8, "label_size": 0, "fmap_base": 16, "fmap_max": 8}


def numpy(result) -> list[np.ndarray]:
    """The outputs of a model, as NCHW where they are images."""
    results = result if isinstance(result, list) else [result]
    arrays = [ops.convert_to_numpy(each) for each in results]
    return [array.transpose(0, 3, 1, 2) if array.ndim == 4 else array for array in arrays]


def networks(generator: dict | None = None, discriminator: dict | None = None, lod: float = 0.0, **options) -> tuple:
    """(G, D, Gs) of 8x8 pixels, with random weights if none are given."""
    options = OPTIONS | options
    generator = generator or generator_variables(8, MAPS, 3)
    discriminator = discriminator or discriminator_variables(0, MAPS, 3)
    return (
        Network("G", generator, lod, **options),
        Network("D", discriminator, lod, **options),
        Network("Gs", generator, lod, **options),
    )


@pytest.mark.parametrize("name", ["official_32", "official_16_labels"])
def test_agrees_with_the_official_code_at_every_level_of_detail(name, reference):
    loaded = load_official_pickle(reference / f"{name}.pkl")
    outputs = np.load(reference / f"{name}_outputs.npz")
    inputs = [outputs["latents"], outputs["labels"]] if outputs["labels"].size else outputs["latents"]
    final = max(loaded.ema_generators)
    for number, lod in enumerate(outputs["lods"]):
        halvings, previous = divmod(float(lod), 1)
        resolution, factor = int(final / 2**halvings), int(2**halvings)
        generator, discriminator = loaded.ema_generators[resolution], loaded.discriminators[resolution]
        if previous:
            generator.alpha.assign(1 - previous)
            discriminator.alpha.assign(1 - previous)
        expected = outputs[f"images_{number}"]
        (images,) = numpy((generator.fade_in if previous else generator.straight)(inputs))
        np.testing.assert_allclose(images.repeat(factor, axis=2).repeat(factor, axis=3), expected, atol=1e-4)

        small = expected[:, :, ::factor, ::factor].transpose(0, 2, 3, 1)
        scores, *logits = numpy((discriminator.fade_in if previous else discriminator.straight)(small))
        np.testing.assert_allclose(scores, outputs[f"scores_{number}"], atol=1e-4)
        if logits:
            np.testing.assert_allclose(logits[0], outputs[f"label_logits_{number}"], atol=1e-4)


KERNEL = np.arange(1.0, 10.0, dtype=np.float32).reshape(3, 3, 1, 1)
SHIFTED = np.float32([[1, 3, 5, 3], [5, 12, 16, 9], [11, 24, 28, 15], [7, 15, 17, 9]])
"""The sum of KERNEL and its shifts by a pixel to the right, down and both: what the official code convolves with."""

DELTA = np.float32([[0, 0, 0], [0, 1, 0], [0, 0, 0]]).reshape(3, 3, 1, 1)
ONE = np.ones((1, 1, 1, 1), np.float32)
ONE_MAP = {"num_channels": 1, "resolution": 8, "fmap_base": 1, "fmap_max": 1, "use_wscale": False}


def without_biases(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    variables = {f"{name}/weight": weight for name, weight in weights.items()}
    return variables | {f"{name}/bias": np.zeros(1, np.float32) for name in weights}


def plain_generator(tmp_path, up: str, **options) -> keras.Model:
    """8x8 pixels, one feature map: latent i is pixel i of the features at 4x4, which KERNEL upscales."""
    weights = {
        "4x4/Dense": np.eye(16, dtype=np.float32),
        "4x4/Conv": DELTA,
        "ToRGB_lod1": ONE,
        f"8x8/{up}": KERNEL,
        "8x8/Conv1": DELTA,
        "ToRGB_lod0": ONE,
    }
    own = {"latent_size": 16, "normalize_latents": False, "use_pixelnorm": False}
    generator = Network("G", without_biases(weights), **ONE_MAP, **own, **options)
    _, discriminator, _ = networks()
    path = write_pickle(tmp_path / "plain.pkl", (generator, discriminator, generator))
    return load_official_pickle(path).generators[8].straight


@pytest.mark.parametrize(("up", "stamp"), [("Conv0_up", SHIFTED), ("Conv0", SHIFTED[::-1, ::-1])])
def test_upscaling_convolution_by_hand(tmp_path, up, stamp):
    """A transposed convolution stamps its kernel; a convolution of 2x2 equal pixels stamps it turned round."""
    latents = np.zeros((1, 16), np.float32)
    latents[0, 4 * 1 + 2] = 1  # row 1, column 2
    expected = np.zeros((1, 1, 8, 8))
    expected[0, 0, 1:5, 3:7] = stamp
    (image,) = numpy(plain_generator(tmp_path, up)(latents))
    np.testing.assert_allclose(image, expected, atol=1e-5)


def test_relu(tmp_path):
    generator = plain_generator(tmp_path, "Conv0", use_leakyrelu=False)
    assert not np.any(numpy(generator(-np.eye(16, dtype=np.float32)))[0])


def plain_discriminator(tmp_path, down: str, kernel: np.ndarray, bias: float = 0) -> keras.Model:
    """8x8 pixels, one feature map: `kernel` downscales, and pixel (1, 1) of the features at 4x4 is the score."""
    weights = {
        "FromRGB_lod0": ONE,
        "8x8/Conv0": DELTA,
        f"8x8/{down}": kernel,
        "FromRGB_lod1": ONE,
        "4x4/Conv": DELTA,
        "4x4/Dense0": np.eye(16, dtype=np.float32)[:, [5]],
        "4x4/Dense1": np.ones((1, 1), np.float32),
    }
    variables = without_biases(weights) | {f"8x8/{down}/bias": np.float32([bias])}
    discriminator = Network("D", variables, **ONE_MAP, mbstd_group_size=0)
    generator, *_ = networks()
    path = write_pickle(tmp_path / "plain.pkl", (generator, discriminator, generator))
    return load_official_pickle(path).discriminators[8].straight


def test_downscaling_convolution_by_hand(tmp_path):
    """Each pixel under the 4x4 kernel contributes a quarter of its number."""
    images = np.zeros((16, 8, 8, 1), np.float32)
    for pixel in range(16):
        images[pixel, 1 + pixel // 4, 1 + pixel % 4] = 1
    (scores,) = numpy(plain_discriminator(tmp_path, "Conv1_down", KERNEL)(images))
    np.testing.assert_allclose(scores.reshape(4, 4), SHIFTED / 4, rtol=1e-5)


@pytest.mark.parametrize(("down", "score"), [("Conv1_down", -0.2 * 0.2 * 0.2), ("Conv1", (2 - 3 * 0.4) / 4)])
def test_fused_networks_activate_after_the_downscaling(tmp_path, down, score):
    """Of 2x2 pixels one is 4, the others 0, the bias is -2: the mean is -1, that of activations 0.2."""
    image = np.zeros((1, 8, 8, 1), np.float32)
    image[0, 2, 2] = 4
    (scores,) = numpy(plain_discriminator(tmp_path, down, DELTA, bias=-2)(image))
    np.testing.assert_allclose(scores, [[score]], rtol=1e-5)


def test_weights_are_kept_as_they_are(tmp_path):
    """With equalized learning rate on both sides; so training can go on."""
    pickled = networks()
    loaded = load_official_pickle(write_pickle(tmp_path / "some.pkl", pickled))
    for pairs, network in zip((loaded.generators, loaded.discriminators, loaded.ema_generators), pickled, strict=True):
        variables = dict(network.variables)
        side = "generator" if network.name != "D" else "discriminator"
        kernel, bias = pairs[8].straight.get_layer(f"{side}_0008_conv_1").get_weights()
        name = "8x8/Conv1" if network.name != "D" else "8x8/Conv1_down"
        np.testing.assert_array_equal(kernel, variables[f"{name}/weight"])
        np.testing.assert_array_equal(bias, variables[f"{name}/bias"])


def test_network_by_network(tmp_path):
    """G and Gs are not confused."""
    g, d, average = networks()
    average.variables = [(name, 2 * value) for name, value in average.variables]
    loaded = load_official_pickle(write_pickle(tmp_path / "some.pkl", (g, d, average)))
    first, second = (pairs[4].straight.get_weights()[0] for pairs in (loaded.generators, loaded.ema_generators))
    np.testing.assert_array_equal(2 * first, second)


def test_a_network_in_the_middle_of_its_training(tmp_path):
    """A quarter of the fade-in to 8x8 is left."""
    loaded = load_official_pickle(write_pickle(tmp_path / "some.pkl", networks(lod=0.25)))
    for pairs in (loaded.generators, loaded.discriminators, loaded.ema_generators):
        assert float(pairs[8].alpha.value) == 0.75


@pytest.mark.parametrize("protocol", [2, 3, 5])
def test_pickle_protocols(tmp_path, protocol):
    loaded = load_official_pickle(write_pickle(tmp_path / "some.pkl", networks(), protocol))
    assert loaded.generators[8].straight.count_params() == 1032 + 584 + 292 + 148 + 15


REFUSED = {
    "network G: option fancy is 1, which pgkeras does not support": {"fancy": 1},
    "option pixelnorm_epsilon must be 1e-8": {"pixelnorm_epsilon": 1e-6},
    "option fmap_max is 1000000; it must be a number from 0 to 65536": {"fmap_max": 10**6},
    "option fmap_decay is 'half'; it must be a number": {"fmap_decay": "half"},
    "option resolution is 48: resolution 48 is not a power of two": {"resolution": 48},
    "option channels is 2": {"num_channels": 2},
    r"generator_0004_dense should have kernel \(20, 4, 4, 8\)": {"latent_size": 20},
    "weights have odd shapes": {"fmap_base": 2**20, "fmap_max": 2**16},
    "'16x16/Conv0_up/weight' is missing": {"resolution": 16},
}


@pytest.mark.parametrize("message", REFUSED)
def test_refuses_what_it_cannot_represent(tmp_path, message):
    path = write_pickle(tmp_path / "some.pkl", networks(**REFUSED[message]))
    with pytest.raises(UserError, match=message):
        load_official_pickle(path)


def test_refuses_other_programs(tmp_path):
    pickled = networks()
    pickled[0].build_func_name = "G_style"
    with pytest.raises(UserError, match="network G: comes from an unknown version of the program"):
        load_official_pickle(write_pickle(tmp_path / "some.pkl", pickled))


def test_refuses_one_array_under_many_names(tmp_path):
    """The pickle keeps the kernel once; six layers would each take a copy."""
    kernel, bias = np.zeros((3, 3, 256, 256), np.float32), np.zeros(256, np.float32)
    to_rgb = np.zeros((1, 1, 256, 3), np.float32), np.zeros(3, np.float32)
    names = ["4x4/Conv", *(f"{block}/{layer}" for block in ("8x8", "16x16", "32x32") for layer in ("Conv0", "Conv1"))]
    weights = dict.fromkeys(names, (kernel, bias)) | {f"ToRGB_lod{lod}": to_rgb for lod in range(4)}
    weights["4x4/Dense"] = np.zeros((1, 16 * 256), np.float32), bias
    variables = {
        f"{name}/{part}": value
        for name, pair in weights.items()
        for part, value in zip(("weight", "bias"), pair, strict=True)
    }
    options = {"resolution": 32, "fmap_base": 4096, "fmap_max": 256, "latent_size": 1}
    path = write_pickle(tmp_path / "some.pkl", networks(variables, **options))
    with pytest.raises(UserError, match="too small for them"):
        load_official_pickle(path)


@pytest.mark.parametrize("content", [{"G": 1}, (1, 2, 3), [], None])
def test_refuses_other_pickles(tmp_path, content):
    with pytest.raises(UserError, match=r"holds no networks \(G, D, Gs\)"):
        load_official_pickle(write_pickle(tmp_path / "some.pkl", content))


def test_refuses_damaged_files(tmp_path):
    path = write_pickle(tmp_path / "some.pkl", networks())
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UserError, match="cannot be read as a pickle"):
        load_official_pickle(path)
    path.write_bytes(b"")
    with pytest.raises(UserError, match="is empty"):
        load_official_pickle(path)
    with pytest.raises(UserError, match="no such file"):
        load_official_pickle(tmp_path / "none.pkl")
