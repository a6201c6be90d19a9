"""The discriminator, read from a run's checkpoints."""

import shutil
import zipfile

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.runs.discriminator import load_discriminator
from pgkeras.runs.folder import RunFolder
from pgkeras.training.checkpoint import save_checkpoint
from tests.generate.made_run import CONFIG, make_run

IMAGES = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return out / "00000-faces-8", make_run(out)


@pytest.fixture
def run(made, tmp_path):
    """A copy, to be damaged."""
    return shutil.copytree(made[0], tmp_path / "run")


def flip(path, member: str) -> None:
    """Changes a bit in the middle of one array."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{member}.npy")
    data = bytearray(path.read_bytes())
    data[info.header_offset + info.compress_size // 2 + 100] ^= 1
    path.write_bytes(data)


def test_it_is_the_one_that_the_run_trained(made):
    folder, state = made
    found = load_discriminator(folder, 8)
    assert found.output_shape == (None, 1)
    np.testing.assert_allclose(found(IMAGES), state.discriminators[8].straight(IMAGES), atol=1e-6)


def test_of_a_conditional_run_only_the_scores_are_given(tmp_path):
    state = make_run(tmp_path, CONFIG.model_copy(update={"label_size": 2}), ("cat", "dog"))
    scores = load_discriminator(tmp_path / "00000-faces-8", 8)(IMAGES)
    np.testing.assert_allclose(scores, state.discriminators[8].straight(IMAGES)[0], atol=1e-6)


def test_other_arrays_are_not_read(run):
    checkpoint = run / "checkpoints" / "000000088.npz"
    with np.load(checkpoint) as members:
        largest = max((name for name in members.files if "optimizer" in name), key=lambda name: members[name].size)
    flip(checkpoint, largest)
    load_discriminator(run, 8)


def test_a_damaged_checkpoint_falls_back_to_the_one_before(run, made, capsys):
    checkpoints = run / "checkpoints"
    shutil.copy(checkpoints / "000000088.npz", checkpoints / "000000092.npz")
    flip(checkpoints / "000000092.npz", "discriminator/discriminator_0004_conv_0/kernel")
    found = load_discriminator(run, 8)
    assert "000000092.npz: is damaged" in capsys.readouterr().err
    np.testing.assert_allclose(found(IMAGES), made[1].discriminators[8].straight(IMAGES), atol=1e-6)


def test_a_checkpoint_at_the_end_of_a_phase_has_that_phase_s_discriminator(tmp_path):
    """After 24 images, and the step that crosses them, nothing of 8x8 is trained yet."""
    state = make_run(tmp_path)
    folder, _ = RunFolder.open(tmp_path / "00000-faces-8")
    (folder.checkpoints / "000000088.npz").unlink()
    state.progress.images_shown = 28
    save_checkpoint(state, folder.checkpoints)
    scores = load_discriminator(folder.path, 4)(IMAGES[:, :4, :4])
    np.testing.assert_allclose(scores, state.discriminators[4].straight(IMAGES[:, :4, :4]), atol=1e-6)


def test_what_is_not_there_is_an_error(run, tmp_path):
    with pytest.raises(UserError, match="is not a run folder"):
        load_discriminator(tmp_path, 8)
    with pytest.raises(UserError, match="trained at 8x8 last, and no longer judges 4x4"):
        load_discriminator(run, 4)
    config = (run / "config.json").read_text()
    (run / "config.json").write_text(config.replace('"fmap_max": 8', '"fmap_max": 4'))
    with pytest.raises(UserError, match="does not fit the run's config"):
        load_discriminator(run, 8)
    (run / "checkpoints" / "000000088.npz").write_bytes(b"junk")
    with pytest.raises(UserError, match="no checkpoint in it is whole"):
        load_discriminator(run, 8)
    (run / "checkpoints" / "000000088.npz").unlink()
    with pytest.raises(UserError, match="has no checkpoint"):
        load_discriminator(run, 8)
