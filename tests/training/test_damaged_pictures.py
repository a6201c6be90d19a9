"""Pictures that turn out to be damaged while a run trains: nothing is lost, and it can go on without them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pgkeras
from pgkeras.data import naming_all_unreadable
from pgkeras.evaluation.reals import open_reals
from pgkeras.runs.data import open_data
from pgkeras.runs.folder import RunFolder
from tests.training.small_run import CONFIG, IMAGES_IN_ALL

IMAGES = 100
# The order of the first pass over the data. reals.png shows the first 64 images.
ORDER = [int(each) for each in np.random.default_rng([0, 0]).permutation(IMAGES)]
LATE = [place for place in range(40, 80) if ORDER[place] >= 64]
BROKEN = [ORDER[LATE[0]], ORDER[LATE[1]], next(each for each in ORDER[88:] if each >= 64)]


def name(number: int) -> str:
    return f"{number:03}.png"


@pytest.fixture
def photos(tmp_path):
    return write_photos(tmp_path / "photos")


def write_photos(folder: Path) -> Path:
    folder.mkdir()
    for number, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (IMAGES, 8, 8, 3), dtype=np.uint8)):
        Image.fromarray(pixels).save(folder / name(number))
    return folder


def cut_short(photos) -> None:
    for number in BROKEN:
        path = photos / name(number)
        path.write_bytes(path.read_bytes()[:-40])


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that has met one of them, what it said, and its photos."""
    folder = tmp_path_factory.mktemp("stopped")
    photos = write_photos(folder / "photos")
    run = pgkeras.Run.create(photos, CONFIG, folder / "runs")
    cut_short(photos)
    with pytest.raises(pgkeras.UserError) as raised:
        run.train()
    return run.path, str(raised.value), photos


@pytest.fixture
def copied(stopped, tmp_path):
    """Copies of the run and its photos."""
    path, _, photos = stopped
    return shutil.copytree(path, tmp_path / path.name), shutil.copytree(photos, tmp_path / "copied")


def finish(path, photos) -> None:
    with pytest.warns(UserWarning, match="100 images are gone or still damaged; going on without them") as warned:
        run = pgkeras.Run.open(path, photos)
    assert len(warned) == 1
    assert run.images_shown == LATE[0] // 4 * 4
    assert run.train()
    assert run.images_shown == IMAGES_IN_ALL


@pytest.mark.slow
def test_a_checkpoint_is_kept_and_all_are_named(stopped):
    path, message, photos = stopped
    at = LATE[0] // 4 * 4
    assert f"{at:09}.npz" in [each.name for each in (path / "checkpoints").iterdir()]
    assert message.startswith("3 of 100 pictures are damaged: ")
    for number in BROKEN:
        assert f"{photos / name(number)}: cannot be decoded" in message
    assert message.endswith(f"or go on without: pgkeras train --resume {path}")
    assert json.loads((path / "config.json").read_text())["unreadable"] == sorted(map(name, BROKEN))


@pytest.mark.slow
@pytest.mark.parametrize("removed", [BROKEN, BROKEN[:1]])
def test_the_run_goes_on_without_them(copied, removed):
    path, photos = copied
    for number in removed:
        (photos / name(number)).unlink()
    finish(path, photos)


@pytest.mark.slow
def test_replaced_pictures_are_used_again(copied):
    path, photos = copied
    for number in BROKEN:
        Image.new("RGB", (8, 8)).save(photos / name(number))
    run = pgkeras.Run.open(path, photos)
    assert run.train()


def written(tmp_path, photos, **fields) -> tuple:
    config = CONFIG.model_copy(update={"holdout": fields.pop("holdout", 0.0)})
    description = pgkeras.runs.description.RunDescription(
        version="1", data=str(photos), images=IMAGES, side=8, config=config, **fields
    )
    (tmp_path / "runs").mkdir()
    return RunFolder.create(tmp_path / "runs", description), description


def test_held_out_pictures_stay_held_out(tmp_path, photos):
    folder, description = written(tmp_path, photos, holdout=0.3, unreadable=tuple(sorted(map(name, BROKEN))))
    training, held_out = (part.images[:] for part in open_data(folder, description))
    cut_short(photos)
    (photos / name(BROKEN[0])).unlink()
    with pytest.warns(UserWarning, match=r"photos: 3 of 100 images are gone or still damaged"):
        left = open_data(folder, description)
    assert sum(len(part.images) for part in left) == IMAGES - 3
    for part, before in zip(left, (training, held_out), strict=True):
        found, known = ({image.tobytes() for image in images} for images in (part.images[:], before))
        assert found < known or len(found) == len(known)
    with pytest.warns(UserWarning, match="3 of 100 images"):
        assert len(open_reals(folder.path, None, "refuse", 8).dataset.images) == len(left[1].images)


def test_without_held_out_ones_any_may_be_gone(tmp_path, photos):
    folder, description = written(tmp_path, photos)
    (photos / name(5)).unlink()
    with pytest.warns(UserWarning, match="1 of 100 images are gone or still damaged"):
        training, _ = open_data(folder, description)
    assert len(training.images) == 99


def test_with_held_out_ones_others_than_the_damaged_may_not(tmp_path, photos):
    folder, description = written(tmp_path, photos, holdout=0.3)
    (photos / name(5)).unlink()
    with pytest.raises(pgkeras.UserError, match=r"has 99 images .*began with 100"):
        open_data(folder, description)


def test_a_run_is_not_even_begun_with_one_that_is_met_at_once(tmp_path, photos):
    cut_short(photos)
    first = photos / name(ORDER[0])
    first.write_bytes(first.read_bytes()[:-40])
    with pytest.raises(pgkeras.UserError, match="4 of 100 pictures are damaged"):
        pgkeras.Run.create(photos, CONFIG, tmp_path / "runs")
    assert not list((tmp_path / "runs").iterdir())


def test_a_failure_that_does_not_last_is_told_as_it_was(photos):
    dataset = pgkeras.data.open_dataset(photos)
    path = photos / name(5)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(pgkeras.UserError, match=r"005\.png: cannot be decoded"), naming_all_unreadable():
        try:
            dataset.images[np.array([5])]
        finally:
            path.write_bytes(whole)
