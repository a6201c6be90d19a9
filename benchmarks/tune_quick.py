"""What the `quick` preset is chosen from: configurations trained for the same time, judged on held-out photos."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import numpy as np

from benchmarks.tuning_judge import Judge
from benchmarks.tuning_results import FLOOR, Results, file_name
from pgkeras.command_line import run
from pgkeras.config import ProgressiveConfig, typed
from pgkeras.data import Dataset, hold_out, open_dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.candidates import find_candidate
from pgkeras.evaluation.image_sources import ImageSource, Stored
from pgkeras.files.json_lines import read_lines
from pgkeras.runs.folder import RunFolder, list_runs
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import preflight
from pgkeras.training.state import TrainingState

BASE = {
    "latent_size": 128,
    "fmap_base": 512,
    "fmap_max": 64,
    "straight_kimg": {4: 6, 8: 4, 16: 6, 32: 60},
    "fade_in_kimg": 5,
    "batch_size": 16,
    "generator_learning_rate": 0.004,
    "discriminator_learning_rate": 0.004,
    "loss": "non-saturating",
    "penalty_weight": {4: 1, 64: 10},
    "penalty_interval": 8,
    "ema_decay": 0.995,
}
"""`quick` before this tuning; written out, so that it stays what the others are compared with."""
LONGER_AVERAGE = {"fmap_min": 16, "ema_decay": 0.9995, "ema_rampup": 0.1}
HIGH_RATES = LONGER_AVERAGE | {"generator_learning_rate": 0.012, "discriminator_learning_rate": 0.012}
PRESET = HIGH_RATES | {"penalty_weight": {4: 0.3, 64: 1}}
CHANGES: dict[str, dict] = {
    "before": {},
    "longer average": LONGER_AVERAGE,
    "R1 10 and a longer average": LONGER_AVERAGE | {"penalty_weight": 10},
    "128 feature maps": LONGER_AVERAGE | {"fmap_max": 128},
    "relativistic": LONGER_AVERAGE | {"loss": "relativistic"},
    "rates 0.002": LONGER_AVERAGE | {"generator_learning_rate": 0.002, "discriminator_learning_rate": 0.002},
    "rates 0.008": LONGER_AVERAGE | {"generator_learning_rate": 0.008, "discriminator_learning_rate": 0.008},
    "rates 0.012": HIGH_RATES,
    "rates 0.016": LONGER_AVERAGE | {"generator_learning_rate": 0.016, "discriminator_learning_rate": 0.016},
    "rates 0.012 falling": HIGH_RATES | {"final_learning_rate": 0.1},
    "rates 0.012 relativistic": HIGH_RATES | {"loss": "relativistic"},
    "rates 0.012 R1 0.1": HIGH_RATES | {"penalty_weight": 0.1},
    "rates 0.012 R1 0.3": PRESET,
    "rates 0.012 R1 0.3 falling to 0.4": PRESET | {"final_learning_rate": 0.4},
    "rates 0.012 R1 0.3 shorter average": PRESET | {"ema_decay": 0.998},
}
"""What each configuration has different, the base first; None leaves an option of the base at its default."""
KIMG = {"32": 92, "64": 600}
"""What the base shows: 7 and 60 minutes on two idle cores. The others get the same time, by their speed beside the
base's, so that whatever else the machine does meanwhile favours none of them."""
NOT_COMPARED = {
    *("precision", "ticks_per_phase", "snapshots_per_phase", "metrics", "metrics_images", "checkpoint_minutes"),
}
"""Options in which a run may differ from its configuration."""
HOLDOUT = 0.2
SHOWN = 16
MEASURED_SECONDS = 1.0
TURNS = 3


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.option("--resolution", type=click.Choice(list(KIMG)), default="32", show_default=True, help="7 or 60 minutes.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of each configuration.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="build/tuning",
    show_default=True,
    help="For the runs, as 64x64/NAME/seed0/RUN; those that train made there are taken, unfinished ones resumed.",
)
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path(__file__).parent / "tuned_quick",
    show_default=True,
    help="For the table and the strips; what is in it already is left out.",
)
@click.option("--only", help="Names of configurations, separated by commas.  [default: all]")
def main(faces: Path, resolution: str, seeds: int, out: Path, results: Path, only: str | None) -> None:
    """Trains each configuration on four fifths of FACES, once for each seed, and judges it by the other fifth."""
    names = only.split(",") if only else list(CHANGES)
    for name in names:
        if name not in CHANGES:
            raise UserError(f"--only {only}: {name!r} is unknown; choose from {', '.join(CHANGES)}")
    side = int(resolution)
    size = f"{side}x{side}"
    kept = Results(results / size)
    kept.folder.mkdir(parents=True, exist_ok=True)
    training, held_out = hold_out(open_dataset(faces), HOLDOUT)
    judge = Judge(training, held_out, side)
    if not kept.has(FLOOR, 0):
        kept.add(FLOOR, 0, {"kimg": 0.0} | judge.judge_photos(), _samples(Stored(training, side)))
    for name in names:
        for seed in range(seeds):
            if not kept.has(name, seed):
                trained = _trained(name, seed, side, faces, out / size / file_name(name))
                source = find_candidate(trained, side, "refuse").open()
                kept.add(name, seed, {"kimg": _kimg(trained)} | judge.judge(source), _samples(source))


def _samples(source: ImageSource) -> np.ndarray:
    return np.concatenate(list(source.batches(SHOWN)))


def _trained(name: str, seed: int, side: int, faces: Path, folder: Path) -> Path:
    """The finished run of a configuration and seed, trained or resumed if there is none yet."""
    options = {"resolution": side, "seed": seed, "holdout": HOLDOUT} | _options(name)
    if not _runs(folder, seed):
        kimg = next(map(_kimg, _runs(folder, "*")), None) or _kimg_of_same_time(name, side, faces)
        given = [f"--{option.replace('_', '-')}={typed(value)}" for option, value in options.items()]
        _train(str(faces), "--out", str(folder / f"seed{seed}"), f"--kimg={kimg}", *given)
    trained = _runs(folder, seed)[-1]
    _check(trained, ProgressiveConfig(**options))
    if not _finished(trained):
        _train(str(faces), "--resume", str(trained))
    return trained


def _runs(folder: Path, seed: int | str) -> list[Path]:
    return [run for out in sorted(folder.glob(f"seed{seed}")) for run in list_runs(out)]


def _train(*arguments: str) -> None:
    command = [sys.executable, "-m", "pgkeras.train", *arguments]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise UserError(f"training failed: {shlex.join(command)}")


def _check(run: Path, wanted: ProgressiveConfig) -> None:
    """Makes sure that a run is of a configuration, its schedule of any length."""
    _, description = RunFolder.open(run)
    found = description.config
    scaled = plan.scaled_to(wanted, Schedule.from_config(found).images / Schedule.from_config(wanted).images)
    for option in (each for each in ProgressiveConfig.model_fields if each not in NOT_COMPARED):
        here, there = (_values(config, option) for config in (found, scaled))
        same = np.allclose(here, there, rtol=0.01) if option.endswith("_kimg") else here == there
        if not same:
            raise UserError(f"{run}: has --{option.replace('_', '-')} {here} instead of {there}; move it away")


def _values(config: ProgressiveConfig, option: str) -> object:
    value = getattr(config, option)
    if isinstance(value, dict):
        return [config.at_resolution(option, resolution) for resolution in config.resolutions]
    return value


def _finished(run: Path) -> bool:
    lines = read_lines(RunFolder(run).statistics)
    return bool(lines) and lines[-1]["images_shown"] >= 1000 * _kimg(run)


def _kimg(run: Path) -> float:
    """Of the whole schedule."""
    _, description = RunFolder.open(run)
    return Schedule.from_config(description.config).images / 1000


def _options(name: str) -> dict:
    return {option: value for option, value in (BASE | CHANGES[name]).items() if value is not None}


def _kimg_of_same_time(name: str, side: int, faces: Path) -> float:
    """Both are measured in turns, each phase at its fastest, so that what else the machine does counts for neither."""
    kimg = KIMG[str(side)]
    if not CHANGES[name]:
        return kimg
    training, _ = hold_out(open_dataset(faces), HOLDOUT)
    configs = [ProgressiveConfig(**options | {"resolution": side}) for options in (BASE, _options(name))]
    states = [TrainingState(config, fastest_precision()) for config in configs]
    turns = [[_costs(state, training) for state in states] for _ in range(TURNS)]
    base, own = (_seconds_per_image(*each) for each in zip(configs, *turns, strict=True))
    return round(kimg * base / own, 1)


def _costs(state: TrainingState, training: Dataset) -> list[float]:
    """Seconds per image of each phase."""
    costs = preflight(state, training, Schedule.from_config(state.config), seconds=MEASURED_SECONDS)
    return [cost.seconds_per_image for cost in costs]


def _seconds_per_image(config: ProgressiveConfig, *turns: list[float]) -> float:
    """In the mean over the schedule."""
    schedule = Schedule.from_config(config)
    return np.dot([phase.images for phase in schedule.phases], np.min(turns, axis=0)) / schedule.images


if __name__ == "__main__":
    run(main)
