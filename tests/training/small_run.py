"""A run that takes seconds, for tests of what happens around the steps."""

import json
from pathlib import Path

import pgkeras
from pgkeras import ProgressiveConfig
from pgkeras.data import open_dataset
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule
from pgkeras.training.loop import train
from pgkeras.training.state import TrainingState

CONFIG = ProgressiveConfig(
    resolution=8,
    fmap_max=8,
    latent_size=6,
    batch_size=4,
    straight_kimg=0.024,
    fade_in_kimg=0.04,
    ticks_per_phase=2,
    snapshots_per_phase=1,
    precision="float32",
)
IMAGES_IN_ALL = 88


def new_run(tmp_path: Path, faces: Path, name: str, config: ProgressiveConfig = CONFIG) -> RunFolder:
    description = RunDescription(version=pgkeras.__version__, data=str(faces), images=40, side=16, config=config)
    (tmp_path / name).mkdir()
    return RunFolder.create(tmp_path / name, description)


def run(state: TrainingState, folder: RunFolder, faces: Path) -> bool:
    schedule = Schedule.from_config(state.config)
    data = open_dataset(faces)
    return train(state, data, data, schedule, folder, [1.0] * len(schedule.phases))


def statistics(folder: RunFolder) -> list[dict]:
    lines = [json.loads(line) for line in folder.statistics.read_text().splitlines()]
    measured = ("seconds", "seconds_left", "images_per_second", "memory_bytes")
    return [{k: v for k, v in line.items() if k not in measured} for line in lines]
