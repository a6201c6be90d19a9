"""The command line that trains: `python -m pgkeras.train faces.npz --out runs`."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

import pgkeras
from pgkeras.command_line import config_options, run
from pgkeras.config import ProgressiveConfig
from pgkeras.data import open_npz
from pgkeras.errors import UserError
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.precision import dtype_policy
from pgkeras.training.run_folder import RunDescription, RunFolder
from pgkeras.training.state import TrainingState
from pgkeras.training.trainer import train

EXAMPLES = """\b
Examples:
  python -m pgkeras.train faces.npz --out runs --preset quick --minutes 20
  python -m pgkeras.train faces.npz --out runs --preset paper --resolution 256 --dry-run
  python -m pgkeras.train --resume runs/00000-faces-64
"""


@click.command(epilog=EXAMPLES)
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="Folder of runs.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="Begin from a named configuration.")
@click.option(
    "--kimg", type=click.FloatRange(min=0, min_open=True), help="Fit the whole schedule into N thousand images."
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Fit the whole schedule into M minutes on this machine, from measured speeds.",
)
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with the run in this folder.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@config_options(ProgressiveConfig)
def main(
    data: Path | None,
    out: Path,
    preset: str | None,
    kimg: float | None,
    minutes: float | None,
    resume: Path | None,
    dry_run: bool,
    **options: object,
) -> None:
    """Trains a progressive growing GAN on DATA, an .npz of square photos, in a new folder under --out.

    With --preset, options not given come from the preset. Every resolution's generator lands in the run's
    generators/ as soon as that resolution has faded in.
    """
    began = time.monotonic()
    given = {name: value for name, value in options.items() if value is not None}
    if resume:
        _refuse_options_beside_resume(given | {"preset": preset, "kimg": kimg, "minutes": minutes})
        _resume(resume, data, dry_run)
        return
    if data is None:
        raise UserError("DATA is missing: give the .npz to train on, or --resume RUN")
    if kimg and minutes:
        raise UserError(f"--kimg {kimg:g} and --minutes {minutes:g} contradict each other: give one of them")

    images = open_npz(data)
    config = _configure(preset, {"channels": images.shape[-1]} | given)
    _check_images(images, config, data)
    RunFolder.check_writable(out)
    state = TrainingState(config, dtype_policy(config))
    schedule = Schedule.from_config(config)
    image_costs = None
    if kimg:
        config = plan.scaled_to(config, plan.factor_for_kimg(config, kimg))
    if minutes:
        print("measuring this machine's speed in every phase ...", flush=True)
        image_costs = plan.measure_image_costs(state, images, schedule)
        seconds = 60 * minutes - (time.monotonic() - began)
        config = plan.scaled_to(config, plan.factor_for_seconds(config, image_costs, seconds))
    state.config = config
    schedule = Schedule.from_config(config)
    _print_plan(state, schedule, images, image_costs)
    if dry_run:
        return
    description = RunDescription(
        version=pgkeras.__version__,
        data=str(data.resolve()),
        images=len(images),
        side=images.shape[1],
        config=config,
    )
    _train(state, images, schedule, RunFolder.create(out, description), image_costs)


def _resume(path: Path, data: Path | None, dry_run: bool) -> None:
    folder, description = RunFolder.open(path)
    images = open_npz(data or Path(description.data))
    if images.shape[:2] != (description.images, description.side):
        raise UserError(
            f"{data or description.data}: has {len(images)} images of {images.shape[1]} pixels, but the run began with "
            f"{description.images} of {description.side}; give the same data"
        )
    config = description.config
    state = TrainingState(config, dtype_policy(config))
    checkpoint = load_newest_checkpoint(state, folder.checkpoints)
    schedule = Schedule.from_config(config)
    print(f"resuming from {checkpoint or 'the start: there is no checkpoint yet'}", flush=True)
    if dry_run:
        _print_plan(state, schedule, images, None)
        return
    folder.rewind(state.progress.images_shown)
    _train(state, images, schedule, folder, None)


def _train(
    state: TrainingState,
    images: np.ndarray,
    schedule: Schedule,
    folder: RunFolder,
    image_costs: Sequence[float] | None,
) -> None:
    folder.write_reals(images, state.config.resolution)
    finished = train(state, images, schedule, folder, image_costs or plan.estimate_image_costs(state, schedule))
    if not finished:
        print(f"stopped at {state.progress.images_shown:,} images; to go on:")
        print(f"  python -m pgkeras.train --resume {folder.path}")
        sys.exit(130)
    print(f"trained {folder.path} in {state.progress.seconds / 60:.1f} minutes of steps")
    print(f"  python -m pgkeras.generate {folder.path} --out grid.png --num 64")
    print(f"  python export/to_tflite.py {folder.path} --out exported")


def _configure(preset: str | None, options: dict[str, object]) -> ProgressiveConfig:
    base = PRESETS[preset]().model_dump() if preset else {}
    return ProgressiveConfig(**base | options)


def _refuse_options_beside_resume(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            flag = name.replace("_", "-")
            raise UserError(f"--{flag} {value}: a resumed run keeps the options in its config.json; drop --{flag}")


def _check_images(images: np.ndarray, config: ProgressiveConfig, path: Path) -> None:
    number, side, _, channels = images.shape
    if side < config.resolution:
        fitting = 2 ** (side.bit_length() - 1)
        raise UserError(
            f"{path}: images are {side}x{side}, smaller than --resolution {config.resolution}; "
            f"use --resolution {fitting}, or crop larger"
        )
    if channels != config.channels:
        raise UserError(f"{path}: images have {channels} channels, not --channels {config.channels}; drop the option")
    batch_size = max(phase.batch_size for phase in Schedule.from_config(config).phases)
    if number < batch_size:
        raise UserError(f"{path}: {number} images are fewer than a batch of {batch_size}; lower --batch-size")


def _print_plan(
    state: TrainingState, schedule: Schedule, images: np.ndarray, image_costs: Sequence[float] | None
) -> None:
    parameters = {
        name: sum(np.prod(variable.shape) for variable in pairs[state.config.resolution].straight.trainable_variables)
        for name, pairs in (("generator", state.generators), ("discriminator", state.discriminators))
    }
    print(
        f"{len(images):,} images of {images.shape[1]}x{images.shape[2]}; generator {parameters['generator']:,} and "
        f"discriminator {parameters['discriminator']:,} parameters; {dtype_policy(state.config)}"
    )
    print(f"{'phase':>18}  {'images':>11}  {'batch':>5}  {'G rate':>7}  {'D rate':>7}  {'minutes':>8}")
    for index, phase in enumerate(schedule.phases):
        minutes = f"{phase.images * image_costs[index] / 60:.1f}" if image_costs else "-"
        print(
            f"{phase.name:>18}  {phase.images:>11,}  {phase.batch_size:>5}  {phase.generator_learning_rate:>7g}  "
            f"{phase.discriminator_learning_rate:>7g}  {minutes:>8}"
        )
    print(f"{'all':>18}  {schedule.images:>11,}", flush=True)


if __name__ == "__main__":
    run(main)
