"""The files of a run after it went back to a checkpoint."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from pgkeras import ProgressiveConfig
from pgkeras.files.atomic import atomic_path
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule

# Fades into 16x16 from 32 to 128 images.
SCHEDULE = Schedule.from_config(
    ProgressiveConfig(
        resolution=16, straight_kimg={4: 0.016, 8: 0, 16: 1}, fade_in_kimg={4: 0.016, 16: 0.096}, batch_size=4
    )
)


@pytest.fixture
def folder(tmp_path):
    """Of a run with snapshots at 100, 200 and 300 images, each of which says so."""
    folder = RunFolder(tmp_path)
    for part in (folder.samples, folder.previews, folder.snapshots, folder.generators, folder.checkpoints):
        part.mkdir()
    folder.generator(8).write_text("8")
    folder.generator(16).write_text("300")
    for shown in (100, 200, 300):
        (folder.samples / f"{shown:09}.png").touch()
        (folder.previews / f"{shown:09}.webp").touch()
        folder.snapshot(16, shown).write_text(str(shown))
        (folder.checkpoints / f"{shown:09}.npz").touch()
        for lines in (folder.statistics, folder.metrics):
            with lines.open("a") as file:
                file.write(f'{{"images_shown": {shown}}}\n')
    (folder.previews / "reals.webp").touch()
    (folder.snapshots / "labels.txt").touch()
    folder.rollbacks.write_text('{"images_shown": 300, "trouble": "it failed", "back_to": 200}\n')
    return folder


def names(path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def test_what_came_later_is_dropped(folder):
    with folder.statistics.open("a") as file:
        file.write('{"images_shown": 1')
    folder.rewind(SCHEDULE, 200)
    expected = '{"images_shown": 100}\n{"images_shown": 200}\n'
    assert folder.statistics.read_text() == folder.metrics.read_text() == expected
    assert names(folder.samples) == ["000000100.png", "000000200.png"]
    assert names(folder.previews) == ["000000100.webp", "000000200.webp", "reals.webp"]
    assert names(folder.snapshots) == [*(f"generator_0016_000000{shown}.keras" for shown in (100, 200)), "labels.txt"]
    assert names(folder.checkpoints) == ["000000100.npz", "000000200.npz"]
    assert folder.generator(16).read_text() == "200"


def test_a_resolution_that_only_faded_in_has_no_generator_yet(folder):
    folder.rewind(SCHEDULE, 150)
    assert names(folder.generators) == ["generator_0008.keras"]
    assert names(folder.snapshots) == ["generator_0016_000000100.keras", "labels.txt"]


def test_files_that_a_kill_left_unfinished_are_deleted(folder):
    kept = [".mine.png", ".nfs0001", "000000100.png", "000000200.1.png", "000000200.png", "000000300.png"]
    for name in kept:
        (folder.samples / name).touch()
    unfinished = []
    for path in (folder.statistics, folder.samples / "000000200.png", folder.previews / "reals.webp"):
        with atomic_path(path) as temporary:
            temporary.touch()
        temporary.touch()
        unfinished.append(temporary)
    folder.rewind(SCHEDULE, 300)
    assert not any(path.exists() for path in unfinished)
    assert names(folder.samples) == kept


def test_evaluations_of_snapshots_that_go_are_dropped(folder):
    lines = ['{"swd_16": 9.0}\n', *(f'{{"images_shown": {shown}, "swd_16": 9.0}}\n' for shown in (100, 300))]
    folder.evaluations.write_text("".join(lines))
    folder.rewind(SCHEDULE, 200)
    assert folder.evaluations.read_text() == "".join(lines[:2])


def test_rollbacks_are_remembered(folder):
    folder.rewind(SCHEDULE, 0)
    assert names(folder.samples) == []
    assert folder.rollbacks.read_text().count("it failed") == 1


def test_a_run_that_has_written_nothing_is_left_alone(tmp_path):
    RunFolder(tmp_path).rewind(SCHEDULE, 0)
    assert not list(tmp_path.iterdir())


def test_runs_that_begin_at_the_same_moment_get_numbers_of_their_own(tmp_path):
    descriptions = [description(f"{name}.npz") for name in "abcdefgh"]
    with ThreadPoolExecutor(len(descriptions)) as pool:
        folders = list(pool.map(partial(RunFolder.create, tmp_path), descriptions))
    assert sorted(folder.path.name[:5] for folder in folders) == [f"{number:05}" for number in range(8)]
    assert names(tmp_path) == sorted(folder.path.name for folder in folders)


@pytest.mark.parametrize("data", ["/data/caf\udce9/faces.npz", "/daten/Käse 🧀.npz"])
def test_paths_of_any_bytes_survive_in_a_file_that_is_valid(tmp_path, data):
    folder = RunFolder.create(tmp_path, description(data))
    assert json.loads(folder.config.read_text(encoding="utf-8"))["data"] == data
    assert RunFolder.open(folder.path)[1].data == data


def description(data: str) -> RunDescription:
    return RunDescription(version="1", data=data, images=40, side=16, config=ProgressiveConfig(resolution=8))
