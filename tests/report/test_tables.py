"""The table of phases, the options, and the commands."""

import shlex
import subprocess

import pytest

from pgkeras import ProgressiveConfig
from pgkeras.presets import PRESETS
from pgkeras.report.commands import list_commands
from pgkeras.report.options import differing_options, list_facts
from pgkeras.report.phases import list_phases
from pgkeras.report.record import read_record
from pgkeras.schedule import Schedule
from pgkeras.train import main as train
from tests.report.written_run import new_run, written_run


def test_phases_have_their_speed_memory_and_time(tmp_path):
    rows = list_phases(read_record(written_run(tmp_path, until=1_500)))
    assert [row.phase.name for row in rows][:3] == ["4x4 straight", "8x8 fade-in", "8x8 straight"]
    assert [(row.images_per_second, row.memory, row.seconds, row.current) for row in rows[:3]] == [
        (10, 400_001_000, 100, False),
        (10, 800_001_500, 50, True),
        (None, None, None, False),
    ]
    assert not any(row.current for row in list_phases(read_record(written_run(tmp_path))))


def test_lines_of_an_older_run_have_no_memory(tmp_path):
    folder = written_run(tmp_path, until=300)
    folder.statistics.write_text(folder.statistics.read_text().replace("memory_bytes", "something"))
    assert list_phases(read_record(folder))[0].memory is None


def test_what_was_trained_on_what(tmp_path):
    config = ProgressiveConfig(
        resolution=16, label_size=2, channels=1, growing=False, precision="bfloat16", holdout=0.2
    )
    folder = new_run(
        tmp_path,
        config,
        label_names=("cat", "dog"),
        fit="crop",
        parameters={"generator": 23_100_000, "discriminator": 251_137},
        machine="a machine",
    )
    assert list_facts(read_record(folder)) == {
        "Data": "/data/faces.npz",
        "Images": "1,407 of 64×64 pixels, grey; not square: crop; 20% held out",
        "Classes": "cat, dog",
        "Networks": "progressive, 16×16, without growing",
        "Parameters": "generator 23.1M and discriminator 251k",
        "Loss": "wgan-gp",
        "Precision": "bfloat16",
        "Machine": "a machine",
        "pgkeras": "0.1.0",
    }


def test_options_other_than_by_default():
    config = ProgressiveConfig(
        growing=False, fade_in_kimg={4: 1 / 3}, batch_size={4: 8, 16: 4}, augmentation="cutout,colour", seed=7
    )
    assert differing_options(config) == {
        "--growing": ("no", "yes"),
        "--fade-in-kimg": ("0.3333", "800"),
        "--batch-size": (
            "8 from 4×4, 4 from 16×16",
            "16 from 4×4, 14 from 256×256, 6 from 512×512, 3 from 1024×1024",
        ),
        "--augmentation": ("cutout,colour", "none"),
        "--seed": ("7", "0"),
    }
    assert differing_options(ProgressiveConfig()) == {}


def commands(folder) -> dict[str, list[str]]:
    return {each.purpose: shlex.split(" ".join(each.pieces)) for each in list_commands(read_record(folder))}


def test_commands_before_there_is_a_generator(tmp_path):
    folder = new_run(tmp_path)
    assert list(commands(folder)) == ["Resume", "Train again", "Write this page again"]
    assert commands(folder)["Resume"] == ["pgkeras", "train", "--resume", str(folder.path)]


def test_training_anew_begins_with_the_same_networks(tmp_path):
    folder = new_run(tmp_path, start_from="/runs/an old one")
    words = commands(folder)["Train again"]
    assert words[words.index("--start-from") + 1] == "/runs/an old one"


def test_commands_of_a_finished_run_with_an_awkward_path(tmp_path):
    awkward = tmp_path / 'it\'s <my> & "runs"'
    awkward.mkdir()
    folder = written_run(awkward, data="/my data/faces.npz", fit="pad")
    folder.generator(4).touch()
    path = str(folder.path)
    assert "Evaluate" not in commands(folder)  # no metric is defined at 4x4
    folder.generator(16).touch()
    found = commands(folder)
    assert found["Resume (this run is at its end)"][2:] == ["--resume", path]
    assert found["Generate"][1:] == [
        *("generate", path, "--out", "grid.png"),
        *("--num", "64", "--seed", "0"),
    ]
    assert found["Video"][1:] == ["walk", path, "--out", "walk.mp4"]
    assert found["Sliders in the browser"][1:] == ["serve", path]
    assert found["Evaluate"][1:] == ["evaluate", path, "--checkpoints", "all"]
    assert "Compare with the runs beside it" not in found
    new_run(awkward)
    line = next(each.pieces for each in list_commands(read_record(folder)) if each.purpose.startswith("Compare"))
    listed = subprocess.check_output(["/bin/sh", "-c", f"printf '%s\\n' {line[1]}"], text=True)
    assert listed.splitlines() == sorted(map(str, awkward.iterdir()))
    assert found["Export for phones"] == ["pgkeras", "export", path, "--out", "exported"]
    assert found["Write this page again"] == ["pgkeras", "report", path]


@pytest.mark.parametrize(
    ("config", "preset"),
    [
        (ProgressiveConfig(resolution=16, seed=3, mirror=False, penalty_weight=1e-7), None),
        (
            PRESETS["quick"]().model_copy(update={"straight_kimg": {4: 25.633238049832745}, "precision": "float32"}),
            "quick",
        ),
        (PRESETS["quick"]().model_copy(update={"penalty_weight": None, "metrics": ("swd", "ms_ssim")}), None),
        (PRESETS["dcgan"](), "dcgan"),
        (PRESETS["table-1-a"]().model_copy(update={"generator_steps": 2}), "table-1-a"),
    ],
)
def test_training_anew_has_the_same_config(tmp_path, config, preset):
    """As the command line itself reads it."""
    folder = new_run(tmp_path, config.model_copy(update={"label_size": 2}), fit="crop", label_names=("cat", "dog"))
    words = commands(folder)["Train again"]
    assert words[:2] == ["pgkeras", "train"]
    given = train.make_context("train", words[2:]).params
    assert (str(given["data"]), given["out"], given["fit"], given["conditional"], given["preset"]) == (
        *("/data/faces.npz", tmp_path, "crop", True),
        preset,
    )
    options = {name: given[name] for name in ProgressiveConfig.model_fields if given[name] is not None}
    base = PRESETS[preset]().model_dump() if preset else {}
    again = ProgressiveConfig(**base | options)
    assert Schedule.from_config(again) == Schedule.from_config(config)
    assert again == config.model_copy(update={"straight_kimg": again.straight_kimg})


@pytest.mark.parametrize(
    ("options", "again"),
    [
        ({}, ["--preset", "quick"]),
        ({"channels": 1}, ["--preset", "quick"]),
        ({"augmentation": ()}, ["--preset", "quick", "--augmentation", ""]),
        ({"augmentation": ("cutout",)}, ["--preset", "quick", "--augmentation", "cutout"]),
    ],
)
def test_training_anew_on_few_photos(tmp_path, options, again):
    config = ProgressiveConfig.from_preset("quick", images=99, **options)
    assert commands(new_run(tmp_path, config, images=99))["Train again"][-len(again) :] == again
