"""Event files, as TensorBoard itself reads them."""

import errno

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from pgkeras.training.tensorboard import EventFile


def test_tensorboard_reads_numbers_and_pictures_while_they_are_written(tmp_path):
    folder = tmp_path / "tensorboard"
    events = EventFile(folder, 0)
    events.add_scalars({"generator_loss": 1.5, "fade_in": True, "memory_bytes": 3 * 10**9}, 64)
    accumulator = EventAccumulator(str(folder)).Reload()
    assert sorted(accumulator.Tags()["scalars"]) == ["fade_in", "generator_loss", "memory_bytes"]

    picture = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    events.add_image("samples", picture, 128)
    events.add_image("grey", picture[..., :1], 128)
    events.add_scalars({"generator_loss": -2.0, "swd": 7.25}, 128)
    accumulator.Reload()
    assert [(event.step, event.value) for event in accumulator.Scalars("generator_loss")] == [(64, 1.5), (128, -2.0)]
    assert accumulator.Scalars("memory_bytes")[0].value == 3e9
    assert accumulator.Scalars("swd")[0].value == 7.25
    (image,) = accumulator.Images("samples")
    assert (image.step, image.width, image.height) == (128, 8, 6)
    (tmp_path / "a.png").write_bytes(image.encoded_image_string)
    with Image.open(tmp_path / "a.png") as shown:
        np.testing.assert_array_equal(np.asarray(shown), picture)


def test_what_its_page_shows_them_as(tmp_path):
    """It turns what was written into the tensors of its plug-ins."""
    events = EventFile(tmp_path, 0)
    events.add_scalars({"generator_loss": 1.5}, 64)
    events.add_image("samples", np.zeros((4, 4, 3), np.uint8), 64)
    (file,) = tmp_path.iterdir()
    values = [value for event in EventFileLoader(str(file)).Load() for value in event.summary.value]
    assert [(value.tag, value.metadata.plugin_data.plugin_name) for value in values] == [
        ("generator_loss", "scalars"),
        ("samples", "images"),
    ]


def test_a_full_disk_is_told_at_once(tmp_path):
    events = EventFile(tmp_path, 0)
    (file,) = tmp_path.iterdir()
    file.unlink()
    file.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as raised:
        events.add_scalars({"generator_loss": 1.5}, 64)
    assert raised.value.errno == errno.ENOSPC


def test_what_a_rollback_or_resume_went_back_behind_is_forgotten(tmp_path, monkeypatch):
    events = EventFile(tmp_path, 0)
    for step in (100, 200, 300):
        events.add_scalars({"loss": 1.0}, step)
    events.go_back(200)
    events.add_scalars({"loss": 2.0}, 300)
    monkeypatch.setattr("pgkeras.training.tensorboard.time.time", lambda: 2e9)  # a later file
    events = EventFile(tmp_path, 100)
    events.add_scalars({"loss": 3.0}, 200)
    found = [(event.step, event.value) for event in EventAccumulator(str(tmp_path)).Reload().Scalars("loss")]
    assert found == [(100, 1.0), (200, 3.0)]
