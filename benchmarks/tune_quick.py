"""What the `quick` preset is chosen from: configurations trained for the same time, measured on held-out photos."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import click
import numpy as np

from benchmarks.face_network import Seen
from pgkeras.atomic import atomic_path
from pgkeras.command_line import run
from pgkeras.config import ProgressiveConfig, typed
from pgkeras.data import Dataset, hold_out, open_dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.candidates import find_candidate
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.images import ImageSource, Stored
from pgkeras.images import grid, write_png
from pgkeras.presets import quick
from pgkeras.schedule import Schedule
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import preflight
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import TrainingState

KIMG = {"32": 320, "64": 480}
"""What the preset as it was before tuning shows in 20 and 60 minutes on two idle cores. The others get the same time,
by their speed beside the preset's, so that whatever else the machine does meanwhile favours none of them."""
HOLDOUT = 0.2
MOST_IMAGES = 2048
SHOWN = 16
MEASURED_SECONDS = 2.0
FLOOR = "photos"

BEFORE = {
    "latent_size": 128,
    "fmap_base": 512,
    "fmap_max": 64,
    "straight_kimg": {4: 12, 8: 8, 16: 12, 32: 40},
    "fade_in_kimg": {4: 10},
    "batch_size": {4: 16},
    "generator_learning_rate": {4: 0.002},
    "discriminator_learning_rate": {4: 0.002},
    "loss": "non-saturating",
    "penalty_weight": 1,
    "penalty_interval": 8,
    "ema_decay": 0.995,
}
LONGER = {"straight_kimg": {4: 6, 8: 4, 16: 6, 32: 60}, "fade_in_kimg": {4: 5}}
DOUBLE_RATES = {"generator_learning_rate": {4: 0.004}, "discriminator_learning_rate": {4: 0.004}}
WITHOUT_COST = {
    "straight_kimg": 1,
    "fade_in_kimg": 1,
    "generator_learning_rate": 0.001,
    "discriminator_learning_rate": 0.001,
    "penalty_weight": 1,
    "ema_decay": 0.99,
}
"""Options that leave the seconds per image of each phase as they are, each with a value for all configurations."""
CHANGES: dict[str, dict] = {
    "before": {},
    "R1 0.1": {"penalty_weight": 0.1},
    "R1 10": {"penalty_weight": 10},
    "augmented": {"augmentation": ("colour", "translation", "cutout")},
    "WGAN-GP": {"loss": "wgan-gp", "penalty_weight": 10},
    "rates 0.004": DOUBLE_RATES,
    "96 channels": {"fmap_base": 768, "fmap_max": 96},
    "batch 8 from 16x16": {"batch_size": {4: 16, 16: 8}},
    "longer at 32x32": LONGER,
    "longer at 32x32 and rates 0.004": LONGER | DOUBLE_RATES,
    "longer at 32x32 and rates 0.004 to 32x32": LONGER
    | {"generator_learning_rate": {4: 0.004, 64: 0.002}, "discriminator_learning_rate": {4: 0.004, 64: 0.002}},
    "longer at 32x32 and rates 0.004 and R1 10": LONGER | DOUBLE_RATES | {"penalty_weight": 10},
    "longer at 32x32 and rates 0.004 and R1 10 from 64x64 on": LONGER
    | DOUBLE_RATES
    | {"penalty_weight": {4: 1, 64: 10}},
    "longer at 32x32 and rates 0.004 and R1 10 and EMA 0.998": LONGER
    | DOUBLE_RATES
    | {"penalty_weight": 10, "ema_decay": 0.998},
}


@dataclass(frozen=True)
class Results:
    """What was measured so far.

    Attributes:
        folder: of `results.jsonl`, `results.md` and a strip of samples for each configuration.
    """

    folder: Path

    def read(self) -> dict[str, dict]:
        """The values of each configuration by its name, best first."""
        lines = self._lines.read_text().splitlines() if self._lines.exists() else []
        return {each.pop("name"): each for each in map(json.loads, lines)}

    def add(self, name: str, values: dict, samples: np.ndarray) -> None:
        """Keeps one more.

        Args:
            name: of the configuration.
            values: kimg and every measure.
            samples: uint8 (number, side, side, 3).
        """
        write_png(self.folder / _strip(name), grid(samples, len(samples)))
        results = dict(sorted((self.read() | {name: values}).items(), key=lambda item: item[1]["swd_average"]))
        lines = "".join(json.dumps({"name": name} | values) + "\n" for name, values in results.items())
        for path, text in ((self._lines, lines), (self.folder / "results.md", _table(results))):
            with atomic_path(path) as temporary:
                temporary.write_text(text)

    @property
    def _lines(self) -> Path:
        return self.folder / "results.jsonl"


def _strip(name: str) -> str:
    return f"{_file_name(name)}.png"


def _file_name(name: str) -> str:
    return name.lower().replace(" ", "_").replace(".", "_")


def _table(results: dict[str, dict]) -> str:
    sides = sorted((key for key in next(iter(results.values())) if key[4:].isdecimal()), key=lambda key: -int(key[4:]))
    header = f"| configuration | kimg | SWD {' / '.join(key[4:] for key in sides)} | average | MS-SSIM | "
    header += "Fréchet | faces | samples |\n|---|---|---|---|---|---|---|---|\n"
    return header + "".join(
        f"| {name} | {each['kimg']:.0f} | {' / '.join(f'{each[key]:.1f}' for key in sides)} | "
        f"{each['swd_average']:.1f} | {each['ms_ssim_generated']:.3f} | {each['frechet']:.0f} | {each['faces']:.1%} | "
        f"![samples]({_strip(name)}) |\n"
        for name, each in results.items()
    )


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.option("--resolution", type=click.Choice(list(KIMG)), default="32", show_default=True, help="20 or 60 minutes.")
@click.option("--out", type=click.Path(path_type=Path), default="build/tuning", show_default=True, help="For the runs.")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path(__file__).parent / "tuned_quick",
    show_default=True,
    help="For the table and the strips; configurations that are in it already are left out.",
)
@click.option("--only", help="Names of configurations, separated by commas.  [default: all]")
def main(faces: Path, resolution: str, out: Path, results: Path, only: str | None) -> None:
    """Trains each configuration on four fifths of FACES and measures it against the other fifth."""
    names = only.split(",") if only else list(CHANGES)
    for name in names:
        if name not in CHANGES:
            raise UserError(f"--only {only}: {name!r} is unknown; choose from {', '.join(CHANGES)}")
    runs = out / f"{resolution}x{resolution}"
    kept = Results(results / runs.name)
    kept.folder.mkdir(parents=True, exist_ok=True)
    training, held_out = hold_out(open_dataset(faces), HOLDOUT)
    judge = Judge(held_out, int(resolution), faces)
    if FLOOR not in kept.read():
        kept.add(FLOOR, *judge.judge(Stored(training, int(resolution))))
    for name in names:
        if name not in kept.read():
            folder = runs / _file_name(name)
            if not _finished(folder):
                _train(name, int(resolution), faces, folder)
            run, kimg = _finished(folder)
            kept.add(name, *judge.judge(find_candidate(run, None, "refuse").open(), kimg))


class Judge:
    """Measures candidates against the held-out photos.

    Args:
        dataset: the held-out photos.
        side: of the candidates' images, in pixels.
        name: of the data set, for errors.
    """

    def __init__(self, dataset: Dataset, side: int, name: Path) -> None:
        real = Stored(dataset, side)
        self._seen = Seen(real.batches(real.available))
        self._comparison = partial(Comparison, dataset, name, ("swd", "ms_ssim"), MOST_IMAGES)

    def judge(self, source: ImageSource, kimg: float = 0.0) -> tuple[dict, np.ndarray]:
        """All measures of one candidate.

        Args:
            source: its images.
            kimg: thousands of images that it learnt from.

        Returns:
            The values by name, and uint8 (SHOWN, side, side, 3), samples.
        """
        with self._comparison() as comparison:
            values = {"kimg": kimg} | comparison.measure(source, lambda count: None)
        seen = Seen(source.batches(min(MOST_IMAGES, source.available or MOST_IMAGES)))
        values |= {"frechet": self._seen.frechet(seen), "faces": seen.faces}
        return values, np.concatenate(list(source.batches(SHOWN)))


def _train(name: str, resolution: int, faces: Path, folder: Path) -> None:
    kimg = _kimg_of_same_time(name, resolution, faces)
    options = [f"--{option.replace('_', '-')}={typed(value)}" for option, value in _given(name).items()]
    command = [sys.executable, "-m", "pgkeras.train", str(faces), "--out", str(folder), "--preset", "quick"]
    command += [f"--resolution={resolution}", f"--kimg={kimg}", f"--holdout={HOLDOUT}", *options]
    subprocess.run(command, check=True, stdout=sys.stderr)


def _finished(folder: Path) -> tuple[Path, float] | None:
    """The run in a folder that has come to the end of its schedule, and that in kimg."""
    for path in sorted(folder.glob("*/config.json"), reverse=True):
        run, description = RunFolder.open(path.parent)
        images = Schedule.from_config(description.config).images
        lines = run.statistics.read_text().splitlines() if run.statistics.exists() else []
        if lines and json.loads(lines[-1])["images_shown"] >= images:
            return run.path, images / 1000
    return None


def _given(name: str) -> dict:
    return {option: value for option, value in (BEFORE | CHANGES[name]).items() if value is not None}


def _kimg_of_same_time(name: str, resolution: int, faces: Path) -> float:
    before, own = (_seconds_per_image(BEFORE | changes, resolution, faces) for changes in ({}, CHANGES[name]))
    return round(KIMG[str(resolution)] * before / own, 1)


def _seconds_per_image(options: dict, resolution: int, faces: Path) -> float:
    """In the mean over the schedule."""
    options = quick().model_dump() | options | {"resolution": resolution}
    costs = _costs(ProgressiveConfig(**options | WITHOUT_COST).model_dump_json(), faces)
    schedule = Schedule.from_config(ProgressiveConfig(**options))
    seconds = sum(phase.images * cost for phase, cost in zip(schedule.phases, costs, strict=True))
    return seconds / schedule.images


@cache
def _costs(config_json: str, faces: Path) -> list[float]:
    """Seconds per image of each phase, measured once for all configurations with the same steps."""
    config = ProgressiveConfig.model_validate_json(config_json)
    training, _ = hold_out(open_dataset(faces), HOLDOUT)
    schedule = Schedule.from_config(config)
    costs = preflight(TrainingState(config, fastest_precision()), training, schedule, seconds=MEASURED_SECONDS)
    return [cost.seconds_per_image for cost in costs]


if __name__ == "__main__":
    run(main)
