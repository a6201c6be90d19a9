"""The command line that trains: `python -m pgkeras.train faces.npz --out runs`."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

import pgkeras
from pgkeras.command_line import config_options, fit_option, run
from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset, Fit, open_dataset
from pgkeras.errors import UserError
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.precision import fastest_precision
from pgkeras.training.run_folder import RunDescription, RunFolder
from pgkeras.training.state import TrainingState
from pgkeras.training.trainer import train

EXAMPLES = """\b
Examples:
  python -m pgkeras.train faces.npz --out runs --preset quick --minutes 20
  python -m pgkeras.train faces.npz --out runs --preset paper --resolution 256 --dry-run
  python -m pgkeras.train cifar-10-batches-py --out runs --conditional --resolution 32
  python -m pgkeras.train photos/ --out runs --preset dcgan --fit crop
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
@fit_option
@click.option("--conditional", is_flag=True, help="Learn DATA's labels too: the generator takes a class.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@config_options(ProgressiveConfig)
def main(
    data: Path | None,
    out: Path,
    preset: str | None,
    kimg: float | None,
    minutes: float | None,
    resume: Path | None,
    fit: Fit,
    conditional: bool,
    dry_run: bool,
    **options: object,
) -> None:
    """Trains a GAN on DATA in a new folder under --out.

    DATA is an .npz of photos as crop_faces.py writes it, a folder of photos, of .npz shards or of TFRecords, or one of
    CIFAR, MNIST, SVHN, LSUN and HDF5 (see python -m pgkeras.data --help).

    With --preset, options not given come from the preset. Every resolution's generator lands in the run's
    generators/ as soon as that resolution has faded in.
    """
    began = time.monotonic()
    given = {name: value for name, value in options.items() if value is not None}
    if resume:
        flags = {"fit": None if fit == "refuse" else fit, "conditional": conditional or None}
        _refuse_options_beside_resume(given | {"preset": preset, "kimg": kimg, "minutes": minutes} | flags)
        _resume(resume, data, dry_run)
        return
    if data is None:
        raise UserError("DATA is missing: give the photos to train on, or --resume RUN")
    if kimg and minutes:
        raise UserError(f"--kimg {kimg:g} and --minutes {minutes:g} contradict each other: give one of them")

    dataset = open_dataset(data, side=_resolution(preset, given), fit=fit, labels=conditional)
    config = _with_precision(_configure(preset, _from_data(dataset) | given))
    _check_data(dataset, config, data)
    RunFolder.check_writable(out)
    state = TrainingState(config, config.precision)
    schedule = Schedule.from_config(config)
    image_costs = None
    if kimg:
        config = plan.scaled_to(config, plan.factor_for_kimg(config, kimg))
    if minutes:
        print("measuring this machine's speed in every phase ...", flush=True)
        image_costs = plan.measure_image_costs(state, dataset, schedule)
        seconds = 60 * minutes - (time.monotonic() - began)
        config = plan.scaled_to(config, plan.factor_for_seconds(config, image_costs, seconds))
    state.config = config
    schedule = Schedule.from_config(config)
    _print_plan(state, schedule, dataset, image_costs)
    if dry_run:
        return
    description = RunDescription(
        version=pgkeras.__version__,
        data=str(data.resolve()),
        fit=fit,
        images=len(dataset.images),
        side=dataset.images.shape[1],
        label_names=dataset.label_names,
        config=config,
    )
    _train(state, dataset, schedule, RunFolder.create(out, description), image_costs)


def _resume(path: Path, data: Path | None, dry_run: bool) -> None:
    folder, description = RunFolder.open(path)
    config = _with_precision(description.config)
    path = data or Path(description.data)
    dataset = open_dataset(path, side=config.resolution, fit=description.fit, labels=bool(config.label_size))
    number, side = dataset.images.shape[:2]
    if (number, side, dataset.label_names) != (description.images, description.side, description.label_names):
        raise UserError(
            f"{path}: has {number} images of {side} pixels and {len(dataset.label_names)} classes, but the run began "
            f"with {description.images} of {description.side} and {len(description.label_names)}; give the same data"
        )
    state = TrainingState(config, config.precision)
    checkpoint = load_newest_checkpoint(state, folder.checkpoints)
    schedule = Schedule.from_config(config)
    print(f"resuming from {checkpoint or 'the start: there is no checkpoint yet'}", flush=True)
    if dry_run:
        _print_plan(state, schedule, dataset, None)
        return
    folder.rewind(state.progress.images_shown)
    _train(state, dataset, schedule, folder, None)


def _train(
    state: TrainingState,
    dataset: Dataset,
    schedule: Schedule,
    folder: RunFolder,
    image_costs: Sequence[float] | None,
) -> None:
    folder.write_reals(dataset, state.config.resolution)
    finished = train(state, dataset, schedule, folder, image_costs or plan.estimate_image_costs(state, schedule))
    if not finished:
        print(f"stopped at {state.progress.images_shown:,} images; to go on:")
        print(f"  python -m pgkeras.train --resume {folder.path}")
        sys.exit(130)
    print(f"trained {folder.path} in {state.progress.seconds / 60:.1f} minutes of steps")
    print(f"  python -m pgkeras.generate {folder.path} --out grid.png")
    print(f"  python export/to_tflite.py {folder.path} --out exported")


def _configure(preset: str | None, options: dict[str, object]) -> ProgressiveConfig:
    base = PRESETS[preset]().model_dump() if preset else {}
    return ProgressiveConfig(**base | options)


def _with_precision(config: ProgressiveConfig) -> ProgressiveConfig:
    """Decides what "auto" means here, once for the run: another machine that resumes it computes alike."""
    if config.precision != "auto":
        return config
    return config.model_copy(update={"precision": fastest_precision()})


def _resolution(preset: str | None, options: dict[str, object]) -> int:
    base = PRESETS[preset]() if preset else ProgressiveConfig()
    return options.get("resolution", base.resolution)


def _from_data(dataset: Dataset) -> dict[str, int]:
    """The options that the data decide."""
    return {"channels": dataset.images.shape[-1], "label_size": len(dataset.label_names)}


def _refuse_options_beside_resume(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            flag = name.replace("_", "-")
            raise UserError(f"--{flag} {value}: a resumed run keeps the options in its config.json; drop --{flag}")


def _check_data(dataset: Dataset, config: ProgressiveConfig, path: Path) -> None:
    number, side, _, channels = dataset.images.shape
    if side < config.resolution:
        fitting = 2 ** (side.bit_length() - 1)
        raise UserError(
            f"{path}: images are {side}x{side}, smaller than --resolution {config.resolution}; "
            f"use --resolution {fitting}, or crop larger"
        )
    if channels != config.channels:
        raise UserError(f"{path}: images have {channels} channels, not --channels {config.channels}; drop the option")
    classes = len(dataset.label_names)
    if classes != config.label_size:
        asked = f"{classes} classes" if classes else "no labels without --conditional"
        raise UserError(f"{path}: has {asked}, not --label-size {config.label_size}; drop the option")
    if dataset.labels is not None:
        missing = set(range(classes)) - set(np.unique(dataset.labels).tolist())
        if missing:
            raise UserError(f"{path}: class {dataset.label_names[min(missing)]} has no image; remove the class")
    images_per_step = max(phase.images_per_step for phase in Schedule.from_config(config).phases)
    if number < images_per_step:
        raise UserError(f"{path}: {number} images are fewer than the {images_per_step} of a step; lower --batch-size")


def _print_plan(
    state: TrainingState, schedule: Schedule, dataset: Dataset, image_costs: Sequence[float] | None
) -> None:
    number, side = dataset.images.shape[:2]
    parameters = {
        name: sum(np.prod(variable.shape) for variable in pairs[state.config.resolution].straight.trainable_variables)
        for name, pairs in (("generator", state.generators), ("discriminator", state.discriminators))
    }
    classes = f" in {state.config.label_size} classes" if state.config.label_size else ""
    print(
        f"{number:,} images of {side}x{side}{classes}; generator {parameters['generator']:,} and "
        f"discriminator {parameters['discriminator']:,} parameters; {state.precision}"
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
