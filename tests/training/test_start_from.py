"""Runs that begin with trained networks."""

import json

import keras
import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.interop import load_gan_zoo_checkpoint, load_official_pickle
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule
from pgkeras.train import main as train
from pgkeras.training.checkpoint import load_checkpoint, save_checkpoint
from pgkeras.training.start_from import start_from
from pgkeras.training.state import TrainingState
from tests.command_lines import call, fail
from tests.interop import gan_zoo
from tests.interop.official import Network, discriminator_variables, generator_variables, write_pickle
from tests.training.small_run import CONFIG, IMAGES_IN_ALL, new_run

NETWORKS = ("generator/", "discriminator/", "ema_generator/")
LARGER = CONFIG.model_copy(update={"resolution": 16, "seed": 1})


def arrays(state: TrainingState) -> dict[str, np.ndarray]:
    return {name: np.array(variable) for name, variable in state.variables().items()}


def save_trained(folder: RunFolder, images_shown: int) -> dict[str, np.ndarray]:
    """A checkpoint with a value of its own in every variable."""
    state = TrainingState(CONFIG, "float32")
    for number, variable in enumerate(state.variables().values()):
        variable.assign(np.full(variable.shape, number, variable.dtype))
    state.progress.images_shown = images_shown
    save_checkpoint(state, folder.checkpoints)
    return arrays(state)


@pytest.fixture
def trained_run(tmp_path, faces):
    """A run at its end."""
    folder = new_run(tmp_path, faces, "trained")
    return folder.path, save_trained(folder, IMAGES_IN_ALL)


def test_networks_of_a_run_and_nothing_else_of_it(trained_run):
    path, trained = trained_run
    state = TrainingState(LARGER, "float32")
    fresh = arrays(state)
    start_from(state, path)
    for name, array in arrays(state).items():
        is_taken = name.startswith(NETWORKS) and name in trained and not name.endswith("alpha")
        np.testing.assert_array_equal(array, trained[name] if is_taken else fresh[name], err_msg=name)
        assert is_taken == (name.startswith(NETWORKS) and "0016" not in name and not name.endswith("alpha")), name
    assert state.progress.images_shown == 0


def test_the_average_of_trained_networks_has_no_ramp_up(trained_run):
    """At 8x8, which was trained; 16x16 is new. A checkpoint remembers it."""
    config = LARGER.model_copy(update={"ema_rampup": 0.1, "straight_kimg": {4: 0, 8: 1, 16: 1}, "fade_in_kimg": {4: 1}})
    schedule = Schedule.from_config(config)
    state = TrainingState(config, "float32")
    start_from(state, trained_run[0])
    assert state.ema_decay(schedule.at(1001)) == config.ema_decay  # 8x8 straight, just begun
    assert state.ema_decay(schedule.at(2001)) < 0.5
    checkpoint = save_checkpoint(state, trained_run[0] / "checkpoints")
    again = TrainingState(config, "float32")
    load_checkpoint(again, checkpoint)
    assert again.progress.started_from == [4, 8]


@pytest.mark.parametrize(("images_shown", "trained"), [(12, [4]), (24, [4]), (28, [4]), (64, [4]), (68, [4, 8])])
def test_a_resolution_that_was_not_faded_in_is_new(tmp_path, faces, images_shown, trained):
    """4x4 takes 24 images, its fade to 8x8 another 40."""
    folder = new_run(tmp_path, faces, "begun")
    save_trained(folder, images_shown)
    state = TrainingState(CONFIG, "float32")
    start_from(state, folder.path)
    assert state.progress.started_from == trained


def write_network(path, fmap_max: int = 8, lod: float = 0.0):
    options = {"num_channels": 3, "resolution": 8, "fmap_base": 8192, "fmap_max": fmap_max}
    maps = {4: fmap_max, 8: fmap_max}
    generator = Network("G", generator_variables(6, maps, 3), lod, latent_size=6, **options)
    average = Network("Gs", generator_variables(6, maps, 3), lod, latent_size=6, **options)
    discriminator = Network("D", discriminator_variables(0, maps, 3), lod, **options)
    return write_pickle(path, (generator, discriminator, average))


def test_networks_of_the_official_code_give_their_images_and_scores(tmp_path):
    path = write_network(tmp_path / "network.pkl")
    state = TrainingState(CONFIG, "float32")
    start_from(state, path)
    official = load_official_pickle(path)
    latents = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    for own, given in ((state.generators, official.generators), (state.ema_generators, official.ema_generators)):
        np.testing.assert_allclose(own[8].straight(latents), given[8].straight(latents), rtol=1e-5, atol=1e-5)
    images = given[4].straight(latents)
    expected = official.discriminators[4].straight(images)
    np.testing.assert_allclose(state.discriminators[4].straight(images), expected, rtol=1e-4, atol=1e-4)


def test_networks_of_other_shapes_are_refused(tmp_path, trained_run):
    state = TrainingState(CONFIG, "float32")
    with pytest.raises(UserError, match=r"network.pkl: its generator_0004_\w+ has weights .*; give the options that"):
        start_from(state, write_network(tmp_path / "network.pkl", fmap_max=4))
    batch_normalized = CONFIG.model_copy(update={"generator_normalization": "batch"})
    with pytest.raises(UserError, match="has weights of another kind, this network's"):
        start_from(TrainingState(batch_normalized, "float32"), trained_run[0])


def test_a_gan_zoo_checkpoint_starts_a_network_without_equalized_learning_rate(tmp_path):
    path = gan_zoo.write_zip(tmp_path / "network.pt", gan_zoo.checkpoint((8, 8), latents=6))
    with pytest.raises(UserError, match=r"has weights .*; give --no-equalized-learning-rate"):
        start_from(TrainingState(CONFIG, "float32"), path)
    state = TrainingState(CONFIG.model_copy(update={"equalized_learning_rate": False}), "float32")
    start_from(state, path)
    latents = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    given = load_gan_zoo_checkpoint(path).ema_generators[8].straight(latents)
    np.testing.assert_allclose(state.ema_generators[8].straight(latents), given, rtol=1e-5, atol=1e-5)
    assert state.progress.started_from == [4, 8]


def test_an_official_network_in_the_middle_of_its_training(tmp_path):
    """8x8 was half faded in, so its average follows faster at first."""
    state = TrainingState(CONFIG, "float32")
    start_from(state, write_network(tmp_path / "network.pkl", lod=0.5))
    assert state.progress.started_from == [4]


def test_a_run_without_checkpoints_is_refused(tmp_path, faces):
    folder = new_run(tmp_path, faces, "new")
    with pytest.raises(UserError, match="the run has no checkpoint; let it train for a while"):
        start_from(TrainingState(CONFIG, "float32"), folder.path)


@pytest.mark.slow
def test_the_command_begins_with_them_at_the_resolution_asked_for(tmp_path, faces, capsys, monkeypatch):
    path = write_network(tmp_path / "network.pkl")
    small = ["--resolution=8", "--fmap-max=8", "--latent-size=6", "--batch-size=4", "--generator-learning-rate=1e-9"]
    only_8x8 = ["--straight-kimg=4:0,8:0.008", "--fade-in-kimg=0", "--ema-decay=0"]
    call(train, faces, "--out", tmp_path, "--start-from", path, *small, *only_8x8)
    run = tmp_path / "00000-faces-8"
    assert json.loads((run / "config.json").read_text())["start_from"] == str(path)
    assert [file.name for file in (run / "generators").iterdir()] == ["generator_0008.keras"]
    latents = np.ones((1, 6), np.float32)
    expected = load_official_pickle(path).generators[8].straight(latents)
    generator = keras.models.load_model(run / "generators" / "generator_0008.keras")
    np.testing.assert_allclose(generator(latents), expected, atol=0.02)
    assert str(path) in (run / "report.html").read_text()
    assert "drop --start-from" in fail(train, capsys, monkeypatch, "--resume", run, "--start-from", path)
