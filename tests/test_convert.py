"""The command `pgkeras convert`."""

import json

import click
import keras
import numpy as np
import pytest
from keras import ops

from export.to_tflite import main as to_tflite
from pgkeras.convert import main
from pgkeras.generate.__main__ import main as generate
from pgkeras.interop import load_gan_zoo_checkpoint, load_official_pickle
from pgkeras.project import main as project
from tests.command_lines import call, fail, script
from tests.interop.gan_zoo import checkpoint, write_legacy, write_zip
from tests.interop.official import Network, discriminator_variables, generator_variables, write_pickle

FILES = ["generator_0004.keras", "generator_0008.keras"]
LICENCE = "NVIDIA's published networks are for non-commercial use only (CC BY-NC 4.0)"


def official(path, lod: float = 0.0, average: Network | None = None):
    """A small network pickle, or one with another Gs."""
    options = {"num_channels": 3, "resolution": 8, "fmap_base": 16, "fmap_max": 8}
    maps = {4: 8, 8: 4}
    generator = Network("G", generator_variables(8, maps, 3), lod, **options)
    discriminator = Network("D", discriminator_variables(0, maps, 3), lod, **options)
    return write_pickle(path, (generator, discriminator, average or generator))


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_official_pickle_to_pictures(tmp_path):
    network = official(tmp_path / "network.pkl")
    printed = call(main, network, "--out", tmp_path / "made" / "faces")
    assert f"{network}: official PGGAN, 8x8 RGB, latents of 8, 2,071 parameters" in printed
    assert f"4x4, 8x8: {tmp_path / 'made' / 'faces'}" in printed
    assert LICENCE in printed
    assert names(tmp_path / "made") == ["faces"]
    assert names(tmp_path / "made" / "faces") == FILES

    call(generate, tmp_path / "made" / "faces", "--out", tmp_path / "images.npy", "--num", 2)
    latents = np.stack([np.random.RandomState(seed).randn(8) for seed in (0, 1)]).astype(np.float32)
    expected = load_official_pickle(network).ema_generators[8].straight(latents)
    np.testing.assert_allclose(np.load(tmp_path / "images.npy"), ops.convert_to_numpy(expected), atol=1e-5)


def test_an_image_of_official_weights_is_found_in_them(tmp_path):
    call(main, official(tmp_path / "network.pkl"), "--out", tmp_path / "faces")
    call(generate, tmp_path / "faces", "--out", tmp_path / "me.png", "--num", 1, "--seed", 1000)
    line, _ = call(project, tmp_path / "me.png", tmp_path / "faces", "--out", tmp_path / "found").splitlines()
    assert float(line.split(": ")[1].split()[0]) < 2  # grey levels


@pytest.mark.parametrize("write", [write_zip, write_legacy])
def test_gan_zoo_checkpoint_by_any_name(tmp_path, write):
    network = write(tmp_path / "network.pkl", checkpoint(labels=2))
    (tmp_path / "faces").mkdir()
    printed = call(main, network, "--out", tmp_path / "faces")
    assert "PyTorch GAN Zoo, 8x8 RGB, latents of 3, 2 labels, " in printed
    assert LICENCE not in printed
    inputs = [np.ones((1, 3), np.float32), np.float32([[0, 1]])]
    expected = load_gan_zoo_checkpoint(network).ema_generators[8].straight(inputs)
    converted = keras.models.load_model(tmp_path / "faces" / FILES[1])
    np.testing.assert_allclose(ops.convert_to_numpy(converted(inputs)), ops.convert_to_numpy(expected), atol=1e-6)


def test_only_what_was_trained(tmp_path):
    printed = call(main, official(tmp_path / "network.pkl", lod=0.25), "--out", tmp_path / "faces")
    assert "not 8x8: training had not reached them" in printed
    assert names(tmp_path / "faces") == FILES[:1]


def test_a_user_mistake_is_one_line_and_leaves_nothing(tmp_path, capsys, monkeypatch):
    def refused(*arguments) -> str:
        return fail(main, capsys, monkeypatch, *arguments)

    out = tmp_path / "faces"
    assert "none.pkl: no such file" in refused(tmp_path / "none.pkl", "--out", out)
    assert "no such file" in refused(tmp_path, "--out", out)
    (tmp_path / "text.pkl").write_text("no pickle")
    assert "cannot be read as a pickle" in refused(tmp_path / "text.pkl", "--out", out)
    np.savez(tmp_path / "faces.npz", images=np.zeros(3))
    assert "cannot be read as a PyTorch checkpoint" in refused(tmp_path / "faces.npz", "--out", out)
    assert not out.exists()

    network = official(tmp_path / "network.pkl")
    assert "network.pkl: already exists" in refused(network, "--out", network)
    assert "already exists" in refused(network, "--out", tmp_path)
    assert "cannot be written" in refused(network, "--out", network / "faces")
    assert names(tmp_path) == ["faces.npz", "network.pkl", "text.pkl"]


def test_an_interrupted_conversion_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_, **__) -> None:
        raise KeyboardInterrupt

    network = official(tmp_path / "network.pkl")
    monkeypatch.setattr(keras.Model, "save", interrupt)
    with pytest.raises(click.Abort):
        main([str(network), "--out", str(tmp_path / "faces")], standalone_mode=False)
    assert names(tmp_path) == ["network.pkl"]


@pytest.mark.slow
def test_the_papers_network(tmp_path):
    """1024x1024: a moving average of 92 MB, beside a small G and D."""
    maps = {2**power: min(2 * 8192 // 2**power, 512) for power in range(2, 11)}
    average = Network("Gs", generator_variables(512, maps, 3), num_channels=3, resolution=1024)
    network = official(tmp_path / "network.pkl", average=average)
    program = (
        "import pathlib, sys; from pgkeras.convert import main; main(sys.argv[1:], standalone_mode=False);"
        "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    ended = script("-c", program, network, "--out", tmp_path / "faces")
    assert ended.returncode == 0, ended.stderr
    assert "1024x1024 RGB, latents of 512, 23,071,507 parameters" in ended.stdout
    assert int(ended.stdout.split()[-1]) < 2e6  # KB, at most
    assert len(names(tmp_path / "faces")) == 9
    generator = keras.models.load_model(tmp_path / "faces" / "generator_1024.keras")
    assert generator.output_shape == (None, 1024, 1024, 3)
    kernel, _ = generator.get_layer("generator_1024_conv_1").get_weights()
    np.testing.assert_array_equal(kernel, dict(average.variables)["1024x1024/Conv1/weight"])

    model = tmp_path / "faces" / "generator_0064.keras"
    call(to_tflite, model, "--out", tmp_path / "exported", "--quantize", "float16", "--num-latents", 4)
    (described,) = json.loads((tmp_path / "exported" / "manifest.json").read_text())["models"]
    assert (described["resolution"], described["latent_size"]) == (64, 512)
    assert described["difference"] <= 2
