"""The command line that trains: `pgkeras train faces.npz --out runs`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgkeras.cluster import is_chief, number_of_workers
from pgkeras.command_line import PositiveNumber, command, config_options, run, take_given
from pgkeras.config import Fit, ProgressiveConfig, typed
from pgkeras.data.existence import check_exists
from pgkeras.data.options import fit_option
from pgkeras.errors import UserError
from pgkeras.presets import PRESETS
from pgkeras.text import quoted

if TYPE_CHECKING:
    from pgkeras.training.session import Run

EXAMPLES = """\b
Examples:
  pgkeras train faces.npz --out runs --preset quick --minutes 20
  pgkeras train faces.npz --out runs --preset paper --resolution 256 --dry-run
  pgkeras train cifar-10-batches-py --out runs --conditional --resolution 32
  pgkeras train photos/ --out runs --preset dcgan --fit crop
  pgkeras train faces.npz --out runs --start-from karras2018iclr-celebahq-1024x1024.pkl --resolution 64
  pgkeras train --resume runs/00000-faces-64
"""


@command(epilog=EXAMPLES, config=ProgressiveConfig, folded=[ProgressiveConfig.ABLATIONS])
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of runs.  [default: runs]")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="Start from a named configuration.")
@click.option("--kimg", type=PositiveNumber(), help="Fit the whole schedule into N thousand images.")
@click.option(
    "--minutes",
    type=PositiveNumber(),
    help="Fit the whole schedule into M minutes on this machine, from measured speeds.",
)
@click.option("--resume", type=click.Path(path_type=Path), help="Resume the run in this folder.")
@click.option(
    "--start-from",
    type=click.Path(path_type=Path),
    help="Start from trained networks, for few photos or little time: those of a run, of a .pkl of the official code "
    "or of a .pt of GAN Zoo. To begin at 64x64: --straight-kimg 4:0,64:100 --fade-in-kimg 0.",
)
@fit_option
@click.option("--conditional", is_flag=True, help="Learn DATA's labels too: the generator takes a class.")
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    help="How many GPUs to use; without a GPU, logical devices that share the processor.  [default: all GPUs, or one]",
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
    start_from: Path | None,
    fit: Fit,
    conditional: bool,
    devices: int | None,
    dry_run: bool,
    **options: object,
) -> None:
    """Trains a GAN on DATA in a new folder under --out.

    DATA is an .npz of photos as `pgkeras crop` writes it, a folder of photos, of .npz shards or of TFRecords, or one of
    CIFAR, MNIST, SVHN, LSUN and HDF5 (see pgkeras data --help).

    With --preset, options not given come from the preset. Every resolution's generator lands in the run's
    generators/ as soon as that resolution has faded in.
    """
    given = take_given(ProgressiveConfig, options)
    number_of_workers()  # a damaged TF_CONFIG
    if resume:
        flags = {"fit": None if fit == "refuse" else fit, "conditional": conditional or None, "start_from": start_from}
        _refuse_options_beside_resume(given | {"out": out, "preset": preset, "kimg": kimg, "minutes": minutes} | flags)
        _check_resumed(resume, data)
    else:
        _check(data, preset, given, kimg, minutes, conditional)
    from pgkeras.training.session import Run

    if resume:
        session = Run.open(resume, data, devices=devices)
        print(f"resuming from {session.checkpoint or 'the start: there is no checkpoint yet'}", flush=True)
    else:
        session = Run.create(
            data,
            given,
            out or Path("runs"),
            preset=preset,
            kimg=kimg,
            minutes=minutes,
            start_from=start_from,
            fit=fit,
            conditional=conditional,
            devices=devices,
        )
    if dry_run or not resume:
        print(session.plan, flush=True)
    if not dry_run:
        _train(session)


def _check(
    data: Path | None,
    preset: str | None,
    given: dict[str, object],
    kimg: float | None,
    minutes: float | None,
    conditional: bool,
) -> None:
    """Finds mistakes at once, before anything slow is imported."""
    if data is None:
        raise UserError("DATA is missing: give the photos to train on, or --resume RUN")
    check_options(preset, given, kimg, minutes, conditional)
    check_exists(data)


def check_options(
    preset: str | None, given: dict[str, object], kimg: float | None, minutes: float | None, conditional: bool
) -> None:
    """Finds mistakes that need no data.

    Args:
        preset: of a new run, if any.
        given: options of the config, by name.
        kimg: as the command's option.
        minutes: likewise.
        conditional: likewise.

    Raises:
        UserError: for options that contradict each other, here or in the config.
        pydantic.ValidationError: for a value out of range.
    """
    if kimg and minutes:
        raise UserError(f"--kimg {kimg:g} and --minutes {minutes:g} contradict each other: give one of them")
    ProgressiveConfig.from_preset(preset, **{"label_size": int(conditional)} | given)


def _check_resumed(run_folder: Path, data: Path | None) -> None:
    """Likewise, of a run that was begun."""
    from pgkeras.runs.data import check_data
    from pgkeras.runs.folder import RunFolder

    folder, description = RunFolder.open(run_folder)
    if is_chief():
        with folder.lock():
            pass
    if data:
        check_exists(data)
    else:
        check_data(folder, description)


def _train(session: "Run") -> None:
    finished = session.train()
    if not session.is_chief:
        sys.exit(0 if finished else 130)
    path = quoted(session.path)
    if not finished:
        print(f"stopped at {session.images_shown:,} images; to resume:")
        print(f"  pgkeras train --resume {path}")
        sys.exit(130)
    print(f"trained {session.path} in {session.minutes:.1f} minutes of steps")
    print(f"  pgkeras generate {path} --out grid.png")
    print(f"  pgkeras export {path} --out exported")


def _refuse_options_beside_resume(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            flag = f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
            what = flag if isinstance(value, bool) else f"{flag} {typed(value)}"
            longer = ", or begin another run with --start-from" if name in ("kimg", "minutes") else ""
            raise UserError(f"{what}: a resumed run keeps the options in its config.json; drop {flag}{longer}")


if __name__ == "__main__":
    run(main)
