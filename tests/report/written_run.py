"""A run folder as training writes it, without training."""

import json
from pathlib import Path

import numpy as np

from pgkeras import ProgressiveConfig
from pgkeras.images import grid, write_png
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule

# 4x4 to 1,000 images, 8x8 fading in to 2,000, straight to 3,000, and so on to 5,000.
CONFIG = ProgressiveConfig(resolution=16, straight_kimg=1, fade_in_kimg=1, batch_size={4: 10, 16: 5})


def new_run(tmp_path: Path, config: ProgressiveConfig = CONFIG, **description: object) -> RunFolder:
    """A run that has not made a step.

    Args:
        tmp_path: where it lies.
        config: of the run.
        description: other fields of its config.json.
    """
    fields = {"version": "0.1.0", "data": "/data/faces.npz", "images": 1407, "side": 64} | description
    return RunFolder.create(tmp_path, RunDescription(config=config, **fields))


def written_run(tmp_path: Path, config: ProgressiveConfig = CONFIG, *, until: int = 10**9, **description) -> RunFolder:
    """A run with a line of statistics every 100 images, 10 seconds each, and a sample every 500.

    Args:
        tmp_path: where it lies.
        config: of the run.
        until: images after which it stopped.
        description: other fields of its config.json.
    """
    folder = new_run(tmp_path, config, **description)
    schedule = Schedule.from_config(config)
    write_grid(folder.reals, config, config.resolution, brightness=250)
    with folder.statistics.open("w") as file:
        for shown in range(100, min(schedule.images, until) + 1, 100):
            position = schedule.at(shown - 5)
            line = {
                "images_shown": shown,
                "resolution": position.resolution,
                "fade_in": position.phase.fade_in,
                "alpha": position.alpha,
                "batch_size": position.batch_size,
                "images_per_second": 10.0,
                "seconds": shown / 10,
                "seconds_left": (schedule.images - shown) / 10,
                "memory_bytes": 10**8 * position.resolution + shown,
                "generator_loss": 1 + np.sin(shown),
                "discriminator_loss": 2 + np.cos(shown),
                "real_score": 0.5,
                "fake_score": -0.5,
            }
            file.write(json.dumps(line) + "\n")
            if shown % 500 == 0:
                write_grid(folder.samples / f"{shown:09}.png", config, position.resolution, brightness=50 + shown // 50)
    return folder


def write_grid(path: Path, config: ProgressiveConfig, side: int, brightness: int) -> None:
    """A grid of 64 images of this side at the final resolution, by pixel repetition."""
    random = np.random.default_rng(brightness)
    images = random.integers(0, 1 + brightness, (64, side, side, config.channels)).astype(np.uint8)
    factor = config.resolution // side
    write_png(path, grid(images.repeat(factor, axis=1).repeat(factor, axis=2), 8))


def append(path: Path, *lines: dict) -> None:
    """Adds JSON lines to a file."""
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
