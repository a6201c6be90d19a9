"""Generators that pgkeras has not made."""

import json
import os
import zipfile

import keras
import numpy as np
import pytest

from pgkeras import UserError, load_generator, sample
from pgkeras.truncation import truncate


def layers(channels: int = 3) -> list[keras.Layer]:
    return [
        keras.layers.Dense(4 * 4 * 6, name="dense"),
        keras.layers.Reshape((4, 4, 6), name="reshape"),
        keras.layers.Conv2DTranspose(5, 4, 2, "same", name="add"),
        keras.layers.BatchNormalization(name="multiply"),
        keras.layers.LeakyReLU(),
        keras.layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh"),
    ]


def functional() -> keras.Model:
    latents = images = keras.Input((7,))
    for layer in layers():
        images = layer(images)
    return keras.Model(latents, images)


def built_by_a_call() -> keras.Sequential:
    model = keras.Sequential(layers())
    model(np.zeros((1, 7), np.float32))
    return model


@pytest.mark.parametrize(
    "make", [functional, lambda: keras.Sequential([keras.Input((7,)), *layers()]), built_by_a_call]
)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_models_of_any_kind_make_images_and_can_be_truncated(tmp_path, make, suffix):
    """Names such as "reshape" and "add" are those that Keras gives to operators, too."""
    model, path = make(), tmp_path / f"model{suffix}"
    if suffix == ".h5" and make is built_by_a_call:
        pytest.skip("HDF5 does not keep what such a model takes")
    model.save(path)
    latents = np.random.default_rng(0).normal(size=(3, 7)).astype(np.float32)
    expected = np.asarray(model(latents, training=False))
    loaded = load_generator(path)
    np.testing.assert_allclose(np.asarray(loaded(latents, training=False)), expected, atol=1e-6)
    assert sample(loaded, 2).shape == (2, 16, 16, 3)
    np.testing.assert_allclose(np.asarray(truncate(loaded, 0.999999)(latents)), expected, atol=1e-4)
    average = np.asarray(truncate(loaded, 1e-9)(latents))
    np.testing.assert_allclose(average[0], average[1], atol=1e-5)


def test_a_layer_that_another_model_uses_too_is_truncated_in_its_own():
    model = functional()
    twice = keras.Input((7,))
    other = keras.Model(twice, model(twice * 2.0))
    again = keras.models.clone_model(model, input_tensors=keras.Input((7,)), clone_function=lambda layer: layer)
    latents = np.ones((2, 7), np.float32)
    np.testing.assert_allclose(np.asarray(truncate(again, 0.5)(latents)), np.asarray(truncate(model, 0.5)(latents)))
    assert other.count_params() == model.count_params()


@pytest.mark.parametrize(
    "model",
    [
        lambda: keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]),
        lambda: keras.Sequential([keras.Input((1, 1, 7)), keras.layers.Conv2DTranspose(3, 16)]),
        lambda: keras.Sequential([keras.Input((7,)), *layers(channels=2)]),
    ],
    ids=["discriminator", "latents of four axes", "two channels"],
)
def test_what_is_no_generator_is_said_so(tmp_path, model):
    model().save(tmp_path / "model.keras")
    with pytest.raises(UserError, match="is not a generator"):
        load_generator(tmp_path / "model.keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_python_in_a_file_is_not_run(tmp_path, suffix, monkeypatch):
    """Keras stores the byte code of a Lambda layer's function, and would run it."""
    monkeypatch.setenv("EXECUTED", "no")
    harmful = keras.layers.Lambda(lambda x: os.environ.update(EXECUTED="yes") or x)
    keras.Sequential([keras.Input((7,)), harmful, *layers()]).save(tmp_path / f"model{suffix}")
    assert os.environ["EXECUTED"] == "yes"
    monkeypatch.setenv("EXECUTED", "no")
    with pytest.raises(UserError, match=r"\(.*Lambda.*\); give an undamaged one, .* without Lambda$"):
        load_generator(tmp_path / f"model{suffix}")
    assert os.environ["EXECUTED"] == "no"


def test_a_file_of_another_keras_names_its_version(tmp_path):
    functional().save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    for layer in config["config"]["layers"]:
        layer["config"]["of_the_future"] = 1
    members |= {"config.json": json.dumps(config), "metadata.json": json.dumps({"keras_version": "4.2.0"})}
    with zipfile.ZipFile(tmp_path / "newer.keras", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UserError, match=rf"Keras 4\.2\.0 wrote it, this is {keras.__version__}: install that one"):
        load_generator(tmp_path / "newer.keras")
