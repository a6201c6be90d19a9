"""Seconds that a schedule spends in tracing and compiling: first steps of its phases, less a usual step's time."""

import click
import numpy as np

from pgkeras.backends import backend
from pgkeras.command_line import run
from pgkeras.data import Dataset
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import preflight
from pgkeras.training.state import TrainingState

EXAMPLES = """\b
Example:
  python benchmarks/tracing.py --preset paper --resolution 64
"""


@click.command(epilog=EXAMPLES)
@click.option("--preset", type=click.Choice(list(PRESETS)), default="paper", show_default=True)
@click.option("--resolution", type=int, default=64, show_default=True, help="Final image side in pixels.")
def main(preset: str, resolution: int) -> None:
    """Builds and runs every phase from 4x4 up, as training does before its first step."""
    config = PRESETS[preset]().model_copy(update={"resolution": resolution})
    side = config.resolution
    images = np.random.default_rng(0).integers(0, 256, (512, side, side, config.channels), dtype=np.uint8)
    schedule = Schedule.from_config(config)
    state = TrainingState(config, fastest_precision(), backend.choose_devices(1))
    costs = preflight(state, Dataset(images), schedule, seconds=0.0)
    for phase, cost in zip(schedule.phases, costs, strict=True):
        print(f"{phase.name:>18}  {cost.tracing_seconds:>6.1f} s")
    print(f"{'all':>18}  {sum(cost.tracing_seconds for cost in costs):>6.1f} s")


if __name__ == "__main__":
    run(main)
