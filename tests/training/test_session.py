"""Training from Python, as a notebook does."""

import errno
import json
from threading import Thread
from unittest.mock import Mock

import numpy as np
import pytest

import pgkeras
from pgkeras.config import ProgressiveConfig
from pgkeras.presets import quick
from tests.training.small_run import CONFIG, IMAGES_IN_ALL, new_run


@pytest.mark.slow
def test_a_run_from_its_data_to_images(faces, tmp_path, capsys):
    """In a thread, which may not handle signals."""
    run = pgkeras.Run.create(str(faces), CONFIG, out=str(tmp_path / "runs"))
    assert run.path is None
    assert "8x8 fade-in" in run.plan
    trained = []
    thread = Thread(target=lambda: trained.append(run.train()))
    thread.start()
    thread.join()
    assert trained == [True]
    assert run.images_shown == IMAGES_IN_ALL
    assert run.path == tmp_path / "runs" / "00000-faces-8"
    description = json.loads((run.path / "config.json").read_text())
    assert description["preset"] is None
    assert len(description["seconds_per_image"]) == 3  # of 4x4, and of both phases of 8x8

    images = pgkeras.sample(run.generator(8), num=3, seed=5)
    assert (images.shape, images.dtype) == ((3, 8, 8, 3), np.uint8)
    loaded = pgkeras.load_generator(str(run.path))
    np.testing.assert_array_equal(pgkeras.sample(loaded, num=1, seed=6), images[1:2])

    again = pgkeras.Run.open(str(run.path))
    assert again.images_shown == IMAGES_IN_ALL
    assert again.train()


def test_the_data_decide_channels_and_classes(tmp_path):
    """A config that says nothing of them takes what there is."""
    labels = np.arange(40) % 3
    np.savez(tmp_path / "grey.npz", images=np.zeros((40, 8, 8, 1), np.uint8), labels=labels)
    config = CONFIG.model_dump(exclude_unset=True) | {"resolution": 4}
    run = pgkeras.Run.create(tmp_path / "grey.npz", config, tmp_path / "runs", conditional=True)
    assert (run.description.config.channels, run.description.config.label_size) == (1, 3)
    with pytest.raises(pgkeras.UserError, match="images have 1 channels, not `channels` 3"):
        pgkeras.Run.create(tmp_path / "grey.npz", config | {"channels": 3}, tmp_path / "runs", conditional=True)


def test_errors_name_arguments(faces, tmp_path):
    with pytest.raises(pgkeras.UserError, match="`kimg` 1 and `minutes` 2 contradict each other"):
        pgkeras.Run.create(faces, CONFIG, tmp_path, kimg=1, minutes=2)
    for name in ("kimg", "minutes"):
        for wrong in (0, -1, float("nan"), float("inf")):
            with pytest.raises(pgkeras.UserError, match=rf"`{name}` {wrong:g}: must be a number above 0"):
                pgkeras.Run.create(faces, CONFIG, tmp_path, **{name: wrong})
    few = {"resolution": 16, "metrics": "recall", "metrics_images": 3}
    with pytest.raises(pgkeras.UserError, match="`metrics_images` 3: `metrics` recall need 4 or more"):
        pgkeras.Run.create(faces, few, tmp_path)
    with pytest.raises(pgkeras.UserError, match="preset 'slow': there is none of that name; choose from paper"):
        ProgressiveConfig.from_preset("slow")
    with pytest.raises(pgkeras.UserError, match="is not a run folder"):
        pgkeras.Run.open(tmp_path)


def test_a_run_without_a_folder_has_no_generator(faces, tmp_path):
    run = pgkeras.Run.create(faces, CONFIG.model_dump(exclude_unset=True) | {"resolution": 4}, tmp_path)
    with pytest.raises(pgkeras.UserError, match="has no generator yet; train it"):
        run.generator()
    assert list(tmp_path.glob("0*")) == []


def test_presets_keep_what_is_not_given():
    config = ProgressiveConfig.from_preset("quick", resolution=16)
    assert config == ProgressiveConfig(**quick().model_dump() | {"resolution": 16})
    assert ProgressiveConfig.from_preset(None) == ProgressiveConfig()


def test_quick_says_that_it_augments_few_photos(faces, tmp_path, capsys):
    small = {"resolution": 4, "fmap_max": 4, "fmap_min": 4}
    run = pgkeras.Run.create(faces, small, tmp_path, preset="quick")
    assert run.description.config.augmentation_target == 0.3
    images = run.description.images
    options = "--augmentation colour,translation --augmentation-target 0.3"
    assert f'{images} images are few: {options}; without: --augmentation ""\n' in capsys.readouterr().out
    run = pgkeras.Run.create(faces, small | {"augmentation": ()}, tmp_path, preset="quick")
    assert run.description.config.augmentation_target is None
    assert "few" not in capsys.readouterr().out


@pytest.fixture
def begun(faces, tmp_path, monkeypatch):
    """A run that has not made a step, and that is at its end as soon as it trains."""
    monkeypatch.setattr("pgkeras.training.session.train", lambda *arguments: True)
    return new_run(tmp_path, faces, "runs")


def test_a_run_remembers_where_its_images_have_moved(begun, faces):
    moved = faces.rename(faces.with_name("moved.npz"))
    with pytest.raises(pgkeras.UserError) as raised:
        pgkeras.Run.open(begun.path)
    assert str(raised.value).endswith(f"pgkeras train NEW --resume {begun.path}")
    run = pgkeras.Run.open(begun.path, moved)
    assert json.loads(begun.config.read_text())["data"] == str(faces)
    assert run.train()
    assert json.loads(begun.config.read_text())["data"] == str(moved)
    assert pgkeras.Run.open(begun.path).train()


def test_only_one_trains_a_run(begun):
    run = pgkeras.Run.open(begun.path)
    with begun.lock(), pytest.raises(pgkeras.UserError, match="runs/00000-faces-8: the run is being trained already"):
        run.train()
    assert run.train()


def test_a_run_that_has_gone_on_without_it_is_to_be_opened_again(begun):
    run = pgkeras.Run.open(begun.path)
    (begun.checkpoints / "000000044.npz").touch()
    with pytest.raises(pgkeras.UserError, match="somebody else has trained the run meanwhile; open it again"):
        run.train()


def test_files_that_may_not_be_written_are_one_line(begun, monkeypatch):
    run = pgkeras.Run.open(begun.path)
    error = PermissionError(errno.EACCES, "Permission denied", str(begun.statistics))
    monkeypatch.setattr("pgkeras.training.session.train", Mock(side_effect=error))
    with pytest.raises(
        pgkeras.UserError, match=r"stats\.jsonl: cannot be written \(Permission denied\); change its permissions"
    ):
        run.train()


def test_a_class_that_would_be_held_out_whole(tmp_path):
    images = np.zeros((61, 8, 8, 3), np.uint8)
    messages = set()
    for lone in range(61):
        labels = np.arange(61) % 2
        labels[lone] = 2
        np.savez(tmp_path / "l.npz", images=images, labels=labels)
        with pytest.raises(pgkeras.UserError) as caught:  # at the latest, because of the batch
            options = {"resolution": 8, "holdout": 0.2, "batch_size": 60}
            pgkeras.Run.create(tmp_path / "l.npz", options, tmp_path, conditional=True)
        messages.add(str(caught.value).replace(str(tmp_path), ""))
    assert messages == {
        "`holdout` 0.2: leaves no image of class 2; give more, or lower it",
        "/l.npz: 49 images are fewer than the 60 of a step; lower `batch_size`",
    }
