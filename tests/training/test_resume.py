"""Checkpoints and resuming: nothing that was finished is lost, nothing changes by stopping."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.training.callbacks import Checkpoints
from pgkeras.training.checkpoint import load_checkpoint, load_newest_checkpoint, save_checkpoint
from pgkeras.training.state import TrainingState
from tests.training.small_run import CONFIG, IMAGES_IN_ALL, new_run, run, statistics


@pytest.fixture
def stop_after(monkeypatch):
    """Makes the user press Ctrl-C after so many images."""

    def arrange(images: int | None) -> None:
        original = Checkpoints.after_step

        def after_step(self, values):
            if self.state.progress.images_shown == images:
                self.asked = True
            original(self, values)

        monkeypatch.setattr(Checkpoints, "after_step", after_step)

    return arrange


@pytest.mark.slow
def test_a_run_stopped_in_mid_fade_ends_like_one_that_was_not(tmp_path, faces, stop_after):
    whole = TrainingState(CONFIG, "float32")
    whole_folder = new_run(tmp_path, faces, "whole")
    assert run(whole, whole_folder, faces)
    assert whole.progress.images_shown == IMAGES_IN_ALL

    halved_folder = new_run(tmp_path, faces, "halved")
    stop_after(44)
    first = TrainingState(CONFIG, "float32")
    assert not run(first, halved_folder, faces)
    assert (first.progress.images_shown, first.progress.phase) == (44, 1)
    stop_after(None)
    second = TrainingState(CONFIG, "float32")
    assert load_newest_checkpoint(second, halved_folder.checkpoints).name == "000000044.npz"
    assert run(second, halved_folder, faces)

    expected, found = whole.variables(), second.variables()
    assert list(expected) == list(found)
    for name in expected:
        np.testing.assert_array_equal(np.asarray(found[name]), np.asarray(expected[name]), err_msg=name)
    assert statistics(halved_folder) == statistics(whole_folder)


def changed_state() -> TrainingState:
    """A state in which every variable has a value of its own."""
    state = TrainingState(CONFIG, "float32")
    for number, variable in enumerate(state.variables().values()):
        variable.assign(np.full(variable.shape, number, variable.dtype))
    state.progress.images_shown = 12
    state.progress.tick_sums = {"generator_loss": 1 / 3}
    return state


def test_a_checkpoint_holds_everything(tmp_path):
    state = changed_state()
    path = save_checkpoint(state, tmp_path)
    other = TrainingState(CONFIG, "float32")
    load_checkpoint(other, path)
    assert asdict(other.progress) == asdict(state.progress)
    for number, variable in enumerate(other.variables().values()):
        assert (np.asarray(variable) == number).all()


def test_the_state_names_every_variable_once():
    state = TrainingState(CONFIG, "float32")
    names = state.variables()
    of_networks = {
        id(variable)
        for pairs in (state.generators, state.discriminators, state.ema_generators)
        for pair in pairs.values()
        for variable in pair.variables
    }
    optimizers = state.generator_optimizer.variables + state.discriminator_optimizer.variables
    assert len(names) == len(of_networks) + len(optimizers) + 1
    assert list(names) == list(TrainingState(CONFIG, "float32").variables())


def test_the_moving_average_begins_as_a_copy():
    state = TrainingState(CONFIG, "float32")
    for average, variable in zip(
        state.ema_generators[8].straight.variables, state.generators[8].straight.variables, strict=True
    ):
        assert average is not variable
        np.testing.assert_array_equal(np.asarray(average), np.asarray(variable))


def test_two_checkpoints_are_kept(tmp_path):
    state = TrainingState(CONFIG, "float32")
    for images in (4, 8, 100_000_000):
        state.progress.images_shown = images
        save_checkpoint(state, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000008.npz", "100000000.npz"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path, capsys, damage):
    state = changed_state()
    for images in (4, 8):
        state.progress.images_shown = images
        newest = save_checkpoint(state, tmp_path)
    data = newest.read_bytes()
    flipped = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
    newest.write_bytes({"truncated": data[:-100], "flipped": flipped, "empty": b"", "text": b"hello"}[damage])

    other = TrainingState(CONFIG, "float32")
    assert load_newest_checkpoint(other, tmp_path).name == "000000004.npz"
    assert other.progress.images_shown == 4
    assert "000000008.npz: is damaged" in capsys.readouterr().err


def test_a_checkpoint_of_another_version_is_trained_on(tmp_path, capsys):
    state = changed_state()
    state.progress.images_shown = 4
    path = save_checkpoint(state, tmp_path)
    with np.load(path) as members:
        arrays = dict(members)
    progress = json.loads(str(arrays["progress"]))
    del progress["suspicious_since"]
    arrays["progress"] = np.array(json.dumps(progress | {"suspicious_ticks": {"collapsed": 1}}))
    np.savez(path, **arrays)

    other = TrainingState(CONFIG, "float32")
    load_checkpoint(other, path)
    assert other.progress == state.progress
    assert capsys.readouterr().err == f"warning: {path}: suspicious_ticks of another version is not used\n"


def test_only_damaged_checkpoints_are_an_error(tmp_path):
    (tmp_path / "000000004.npz").write_bytes(b"hello")
    with pytest.raises(UserError, match="no checkpoint in it is whole"):
        load_newest_checkpoint(TrainingState(CONFIG, "float32"), tmp_path)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    path = save_checkpoint(TrainingState(CONFIG, "float32"), tmp_path)
    other = TrainingState(CONFIG.model_copy(update={"fmap_max": 4}), "float32")
    with pytest.raises(UserError, match="does not fit the run's config"):
        load_checkpoint(other, path)
