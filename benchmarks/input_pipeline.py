"""Whether the input pipeline keeps up: images per second that it delivers against those that a training step takes."""

import tempfile
import time
from contextlib import closing
from pathlib import Path

import click
import numpy as np
import psutil

from pgkeras.backends import backend
from pgkeras.command_line import run
from pgkeras.data import Dataset, batches, open_dataset
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import preflight
from pgkeras.training.state import TrainingState

BYTES = 400e6  # of images: 2,000 of 256x256
SECONDS = 3.0

EXAMPLES = """\b
Examples:
  python benchmarks/input_pipeline.py --preset quick
  python benchmarks/input_pipeline.py --preset quick --side 1024
"""


@click.command(epilog=EXAMPLES)
@click.option("--preset", type=click.Choice(list(PRESETS)), default="quick", show_default=True, help="Whose steps.")
@click.option("--side", type=int, default=256, show_default=True, help="Of the stored images, in pixels.")
@click.option("--resolution", type=int, default=64, show_default=True, help="Final image side of the training.")
def main(preset: str, side: int, resolution: int) -> None:
    """Reads a memory-mapped .npz of random images by itself, then trains on it, at every resolution.

    Memory is what the process holds beyond files in the page cache; ms are of a processor for one batch.
    """
    config = PRESETS[preset]().model_copy(update={"resolution": resolution})
    devices = backend.choose_devices(1)
    with tempfile.TemporaryDirectory() as folder:
        dataset = _random_images(Path(folder) / "images.npz", side, config.channels)
        before = _memory()
        delivered, memory = {}, 0
        for each in config.resolutions:
            delivered[each] = _measure(dataset, each, int(config.at_resolution("batch_size", each)))
            memory = max(memory, _memory())
        state = TrainingState(config, fastest_precision(), devices)
        schedule = Schedule.from_config(config)
        costs = preflight(state, dataset, schedule, seconds=SECONDS)
    print(f"{preset}, from {len(dataset.images):,} images of {side}x{side}: images/s")
    print(f"{'':>10}{'pipeline':>10}{'step':>10}{'ratio':>8}{'ms':>8}")
    for phase, cost in zip(schedule.phases, costs, strict=True):
        if not phase.fade_in:
            rate, milliseconds = delivered[phase.resolution]
            taken = 1 / cost.seconds_per_image
            print(f"{phase.resolution:>10}{rate:>10,.0f}{taken:>10,.0f}{rate / taken:>8.1f}{milliseconds:>8.2f}")
    print(f"the pipeline's memory: {(memory - before) / 1e6:.0f} MB; of the whole process: {memory / 1e6:.0f} MB")


def _random_images(path: Path, side: int, channels: int) -> Dataset:
    random = np.random.default_rng(0)
    number = round(BYTES / (side * side * channels))
    np.savez(path, images=random.integers(0, 256, (number, side, side, channels), dtype=np.uint8))
    return open_dataset(path)


def _measure(dataset: Dataset, resolution: int, batch_size: int) -> tuple[float, float]:
    """Images per second, and milliseconds of a processor for one batch."""
    with closing(batches(dataset, resolution, batch_size, seed=0)) as stream:
        next(stream)
        number, began, processor = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < SECONDS:
            next(stream)
            number += 1
        taken, processor = time.perf_counter() - began, time.process_time() - processor
    return number * batch_size / taken, 1000 * processor / number


def _memory() -> int:
    process = psutil.Process().memory_info()
    return process.rss - process.shared


if __name__ == "__main__":
    run(main)
