"""The command line that trains: `python -m pgkeras.train faces.npz --out runs`."""

import math
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

import pgkeras
from pgkeras.backends import Devices, backend, number_of_workers
from pgkeras.command_line import PositiveNumber, config_options, run
from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset, Fit, hold_out, open_dataset
from pgkeras.data.options import fit_option
from pgkeras.errors import UserError
from pgkeras.evaluation.measures import check_installed, least_images
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.devices import check_shares
from pgkeras.training.disk import check_disk, disk_may_be_full, disk_needed
from pgkeras.training.loop import train
from pgkeras.training.machine import describe_machine
from pgkeras.training.plan_table import plan_table
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import PhaseCost, preflight
from pgkeras.training.run_folder import RunDescription, RunFolder
from pgkeras.training.start_from import start_from
from pgkeras.training.state import TrainingState

# For each phase, when --minutes wants its speed.
MEASURED_SECONDS = 1.5

EXAMPLES = """\b
Examples:
  python -m pgkeras.train faces.npz --out runs --preset quick --minutes 20
  python -m pgkeras.train faces.npz --out runs --preset paper --resolution 256 --dry-run
  python -m pgkeras.train cifar-10-batches-py --out runs --conditional --resolution 32
  python -m pgkeras.train photos/ --out runs --preset dcgan --fit crop
  python -m pgkeras.train faces.npz --out runs --start-from karras2018iclr-celebahq-1024x1024.pkl --resolution 64
  python -m pgkeras.train --resume runs/00000-faces-64
"""


@click.command(epilog=EXAMPLES)
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of runs.  [default: runs]")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="Begin from a named configuration.")
@click.option("--kimg", type=PositiveNumber(), help="Fit the whole schedule into N thousand images.")
@click.option(
    "--minutes",
    type=PositiveNumber(),
    help="Fit the whole schedule into M minutes on this machine, from measured speeds.",
)
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with the run in this folder.")
@click.option(
    "--start-from",
    "trained",
    type=click.Path(path_type=Path),
    help="Begin with trained networks, for few photos or little time: those of a run, of a .pkl of the official code "
    "or of a .pt of GAN Zoo. To begin at 64x64: --straight-kimg 4:0,64:100 --fade-in-kimg 0.",
)
@fit_option
@click.option("--conditional", is_flag=True, help="Learn DATA's labels too: the generator takes a class.")
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    help="GPUs of this machine; without a GPU, logical devices that share the processor.  [default: all GPUs, or one]",
)
@click.option("--dry-run", is_flag=True, help="Try every phase, print the plan and stop.")
@config_options(ProgressiveConfig)
def main(
    data: Path | None,
    out: Path | None,
    preset: str | None,
    kimg: float | None,
    minutes: float | None,
    resume: Path | None,
    trained: Path | None,
    fit: Fit,
    conditional: bool,
    devices: int | None,
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
        flags = {"fit": None if fit == "refuse" else fit, "conditional": conditional or None, "start_from": trained}
        _refuse_options_beside_resume(given | {"out": out, "preset": preset, "kimg": kimg, "minutes": minutes} | flags)
        _resume(resume, data, devices, dry_run)
        return
    if data is None:
        raise UserError("DATA is missing: give the photos to train on, or --resume RUN")
    if kimg and minutes:
        raise UserError(f"--kimg {kimg:g} and --minutes {minutes:g} contradict each other: give one of them")

    chosen = backend.choose_devices(devices)
    if minutes and number_of_workers() > 1:
        raise UserError(f"--minutes {minutes:g}: the machines of TF_CONFIG differ in speed; give --kimg instead")
    everything = open_dataset(data, side=_resolution(preset, given), fit=fit, labels=conditional)
    config = _with_precision(_configure(preset, _from_data(everything) | given))
    if kimg:
        config = plan.scaled_to(config, plan.factor_for_kimg(config, kimg))
    dataset, held_out = hold_out(everything, config.holdout)
    _check_data(dataset, config, data)
    _check_metrics(config, held_out)
    check_shares(config, chosen.number)
    out = out or Path("runs")
    RunFolder.check_writable(out)
    state = TrainingState(config, config.precision, chosen)
    if trained:
        start_from(state, trained)
    costs = _try(state, dataset, Schedule.from_config(config), seconds=MEASURED_SECONDS if minutes else 0.0)
    image_costs = [cost.seconds_per_image for cost in costs]
    if minutes:
        seconds = 60 * minutes - (time.monotonic() - began)
        state.config = plan.scaled_to(state.config, plan.factor_for_seconds(state.config, image_costs, seconds))
    schedule = Schedule.from_config(state.config)
    _print_plan(state, dataset, plan_table(state, schedule, costs))
    print(f"disk: at most {tqdm.format_sizeof(disk_needed(state, schedule), 'B')} in {out}", flush=True)
    check_disk(disk_needed(state, schedule), out)
    if dry_run:
        return
    description = RunDescription(
        version=pgkeras.__version__,
        preset=preset,
        start_from=trained and str(trained.resolve()),
        data=str(data.resolve()),
        fit=fit,
        images=len(everything.images),
        side=everything.images.shape[1],
        label_names=everything.label_names,
        parameters=_parameters(state),
        machine=describe_machine(),
        config=state.config,
    )
    with _own_folder(chosen, out) as own:
        _train(state, dataset, held_out, RunFolder.create(own, description), image_costs)


def _resume(path: Path, data: Path | None, devices: int | None, dry_run: bool) -> None:
    folder, description = RunFolder.open(path)
    config = _with_precision(description.config)
    dataset, held_out = description.open_data(data)
    _check_metrics(config, held_out)
    chosen = backend.choose_devices(devices)
    check_shares(config, chosen.number)
    state = TrainingState(config, config.precision, chosen)
    checkpoint = load_newest_checkpoint(state, folder.checkpoints)
    if description.start_from and not checkpoint:
        start_from(state, Path(description.start_from))
    schedule = Schedule.from_config(config)
    print(f"resuming from {checkpoint or 'the start: there is no checkpoint yet'}", flush=True)
    if dry_run:
        _print_plan(state, dataset, plan_table(state, schedule, _try(state, dataset, schedule, seconds=0.0)))
        return
    with _own_folder(chosen, folder.path.parent) as own:
        if own != folder.path.parent:
            copied = RunFolder.create(own, description)
            shutil.copytree(folder.checkpoints, copied.checkpoints, dirs_exist_ok=True)
            folder = copied
        folder.rewind(state.progress.images_shown)
        _train(state, dataset, held_out, folder, plan.estimate_image_costs(state, schedule))


def _try(state: TrainingState, dataset: Dataset, schedule: Schedule, seconds: float) -> list[PhaseCost]:
    print("trying every phase ...", flush=True)
    return preflight(state, dataset, schedule, seconds=seconds)


@contextmanager
def _own_folder(devices: Devices, out: Path) -> Iterator[Path]:
    """Where this process keeps its run: of several machines, all but one in a folder that goes away with it."""
    if devices.is_chief:
        yield out
        return
    with tempfile.TemporaryDirectory() as own:
        yield Path(own)


def _train(
    state: TrainingState, dataset: Dataset, held_out: Dataset, folder: RunFolder, image_costs: Sequence[float]
) -> None:
    with disk_may_be_full(folder):
        folder.write_reals(dataset, state.config.resolution)
        finished = train(state, dataset, held_out, Schedule.from_config(state.config), folder, image_costs)
    if not state.devices.is_chief:
        sys.exit(0 if finished else 130)
    path = shlex.quote(str(folder.path))
    if not finished:
        print(f"stopped at {state.progress.images_shown:,} images; to go on:")
        print(f"  python -m pgkeras.train --resume {path}")
        sys.exit(130)
    print(f"trained {folder.path} in {state.progress.seconds / 60:.1f} minutes of steps")
    print(f"  python -m pgkeras.generate {path} --out grid.png")
    print(f"  python export/to_tflite.py {path} --out exported")


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


def _check_metrics(config: ProgressiveConfig, held_out: Dataset) -> None:
    number, least = len(held_out.images), least_images(config.metrics)
    if config.metrics and number < least:
        raise UserError(
            f"--metrics {','.join(config.metrics)}: too few images to measure against, {number} instead of {least} "
            "or more; give more photos or a larger --holdout"
        )
    check_installed(config.metrics)


def _parameters(state: TrainingState) -> dict[str, int]:
    """Trainable ones, at the final resolution."""
    return {
        name: sum(math.prod(variable.shape) for variable in pairs[state.config.resolution].straight.trainable_variables)
        for name, pairs in (("generator", state.generators), ("discriminator", state.discriminators))
    }


def _print_plan(state: TrainingState, dataset: Dataset, table: str) -> None:
    config = state.config
    number, side = dataset.images.shape[:2]
    parameters = _parameters(state)
    classes = f" in {config.label_size} classes" if config.label_size else ""
    number_of_devices = state.devices.number
    print(
        f"{number:,} images of {side}x{side}{classes}; generator {parameters['generator']:,} and "
        f"discriminator {parameters['discriminator']:,} parameters; {state.precision}"
        f"{f' on {number_of_devices} devices' if number_of_devices > 1 else ''}"
    )
    print(table, flush=True)


if __name__ == "__main__":
    run(main)
