"""Memory that runs out in the middle of training."""

import json

import pytest

from pgkeras import ProgressiveConfig, UserError
from pgkeras.backends import backend
from pgkeras.gan import ProgressiveGAN
from pgkeras.training.state import TrainingState
from tests.training.small_run import CONFIG, IMAGES_IN_ALL, new_run, run


class OutOfMemoryError(Exception):
    """As a backend raises one."""


@pytest.fixture
def room_for(monkeypatch):
    """Arranges that a step of 8x8 with parts of more images than that runs out of memory."""
    monkeypatch.setattr(backend, "is_out_of_memory", lambda error: isinstance(error, OutOfMemoryError))
    original = ProgressiveGAN.train_on

    def arrange(images: int) -> None:
        def train_on(self, shares):
            if self.generator.output_shape[1] == 8 and len(shares[0][0]) / self.micro_batches > images:
                raise OutOfMemoryError
            return original(self, shares)

        monkeypatch.setattr(ProgressiveGAN, "train_on", train_on)

    return arrange


def made(tmp_path, faces):
    config = ProgressiveConfig(**CONFIG.model_dump() | {"batch_size": 8, "minibatch_stddev_group": 2})
    return TrainingState(config, "float32"), new_run(tmp_path, faces, "run", config)


@pytest.mark.slow
def test_training_goes_on_in_smaller_parts(tmp_path, faces, room_for, capsys):
    room_for(2)
    state, folder = made(tmp_path, faces)
    assert run(state, folder, faces)
    assert state.progress.images_shown >= IMAGES_IN_ALL
    assert state.progress.rollbacks == 0
    assert json.loads(folder.config.read_text())["config"]["micro_batches"] == {"4": 1, "8": 4}
    lines = [line for line in capsys.readouterr().out.splitlines() if "ran out of memory" in line]
    assert [line.split("its batches of 8 ")[1] for line in lines] == [
        "are computed in 2 parts now",
        "are computed in 4 parts now",
    ]


def test_what_does_not_fit_in_its_smallest_parts_is_one_line(tmp_path, faces, room_for):
    room_for(0)
    state, folder = made(tmp_path, faces)
    with pytest.raises(
        UserError, match="8x8 fade-in with batch 8 ran out of memory, even in its smallest parts; close"
    ):
        run(state, folder, faces)
