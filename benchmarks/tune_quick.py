"""What the `quick` preset is chosen from: configurations trained for the same time, measured on held-out photos."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from pgkeras.atomic import atomic_path
from pgkeras.command_line import run
from pgkeras.config import ProgressiveConfig
from pgkeras.data import hold_out, open_dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.candidates import find_candidate
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.images import Stored
from pgkeras.images import grid, write_png
from pgkeras.presets import quick
from pgkeras.schedule import Schedule
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import preflight
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import TrainingState

KIMG = 320
"""What the preset as it was before tuning shows in 20 minutes on two idle cores. The others get the same time, by
their speed beside the preset's, so that whatever else the machine does meanwhile favours none of them."""
HOLDOUT = 0.2
SHOWN = 16
MEASURED_SECONDS = 2.0

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
CHANGES: dict[str, dict] = {
    "before": {},
    "R1 0.1": {"penalty_weight": 0.1},
    "R1 10": {"penalty_weight": 10},
    "augmented": {"augmentation": ("colour", "translation", "cutout")},
    "augmented to 0.6": {"augmentation": ("colour", "translation", "cutout"), "augmentation_target": 0.6},
    "WGAN-GP": {"loss": "wgan-gp", "penalty_weight": 10},
    "hinge": {"loss": "hinge", "penalty_weight": None, "penalty_interval": 1},
    "rates 0.001": {"generator_learning_rate": {4: 0.001}, "discriminator_learning_rate": {4: 0.001}},
    "rates 0.004": {"generator_learning_rate": {4: 0.004}, "discriminator_learning_rate": {4: 0.004}},
    "96 channels": {"fmap_base": 768, "fmap_max": 96},
    "48 channels": {"fmap_base": 384, "fmap_max": 48},
    "batch 8 from 16x16": {"batch_size": {4: 16, 16: 8}},
    "batch 32": {"batch_size": {4: 32}},
    "EMA 0.999": {"ema_decay": 0.999},
    "longer at 32x32": {"straight_kimg": {4: 6, 8: 4, 16: 6, 32: 60}, "fade_in_kimg": {4: 5}},
    "longer before": {"straight_kimg": {4: 16, 8: 16, 16: 24, 32: 24}, "fade_in_kimg": {4: 12}},
}


@dataclass(frozen=True)
class Kept:
    """Where the results are kept.

    Attributes:
        folder: of `results.jsonl`, `results.md` and a strip of samples for each configuration.
    """

    folder: Path

    @property
    def lines(self) -> Path:
        """A JSON line for each configuration."""
        return self.folder / "results.jsonl"

    def read(self) -> list[dict]:
        """The results so far."""
        return [json.loads(line) for line in self.lines.read_text().splitlines()] if self.lines.exists() else []

    def add(self, result: dict, samples: np.ndarray) -> None:
        """Keeps one more result."""
        write_png(self.strip(result["name"]), grid(samples, len(samples)))
        results = sorted([*self.read(), result], key=lambda each: each["swd_average"])
        for path, text in (
            (self.lines, "".join(json.dumps(each) + "\n" for each in results)),
            (self.folder / "results.md", self._table(results)),
        ):
            with atomic_path(path) as temporary:
                temporary.write_text(text)

    def strip(self, name: str) -> Path:
        """Samples of one configuration."""
        return self.folder / f"{name.lower().replace(' ', '_').replace('.', '_')}.png"

    def _table(self, results: list[dict]) -> str:
        header = "| configuration | kimg | SWD 32 / 16 | average | MS-SSIM | samples |\n|---|---|---|---|---|---|\n"
        return header + "".join(
            f"| {each['name']} | {each['kimg']:.0f} | {each['swd_32']:.1f} / {each['swd_16']:.1f} | "
            f"{each['swd_average']:.1f} | {each['ms_ssim_generated']:.3f} | "
            f"![samples]({self.strip(each['name']).name}) |\n"
            for each in results
        )


@click.command()
@click.argument("faces", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default="build/tuning", show_default=True, help="For the runs.")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path(__file__).parent / "tuned_quick",
    show_default=True,
    help="For the table and the strips; configurations that are in it already are left out.",
)
@click.option("--only", help="Names of configurations, separated by commas.  [default: all]")
def main(faces: Path, out: Path, results: Path, only: str | None) -> None:
    """Trains each configuration on four fifths of FACES and measures it against the other fifth."""
    names = only.split(",") if only else list(CHANGES)
    for name in names:
        if name not in CHANGES:
            raise UserError(f"--only {only}: {name!r} is unknown; choose from {', '.join(CHANGES)}")
    results.mkdir(parents=True, exist_ok=True)
    kept = Kept(results)
    if not any(each["name"] == "photos" for each in kept.read()):
        kept.add(*_floor(faces))
    for name in names:
        if not any(each["name"] == name for each in kept.read()):
            kept.add(*_try(name, faces, out))
            print(kept.read(), flush=True)


def _floor(faces: Path) -> tuple[dict, np.ndarray]:
    """The training photos themselves: what a perfect generator would reach."""
    training, held_out = hold_out(open_dataset(faces), HOLDOUT)
    source = Stored(training, 32)
    with Comparison(held_out, faces, ("swd", "ms_ssim"), 2048) as comparison:
        values = comparison.measure(source, lambda count: None)
    return {"name": "photos", "kimg": 0.0} | values, next(source.batches(SHOWN))


def _try(name: str, faces: Path, out: Path) -> tuple[dict, np.ndarray]:
    folder = out / name.lower().replace(" ", "_")
    config = _config(name)
    kimg = _kimg_of_same_time(config, faces)
    options = [f"--{option.replace('_', '-')}={_text(value)}" for option, value in _given(name).items()]
    command = [sys.executable, "-m", "pgkeras.train", faces, "--out", folder, "--preset", "quick", "--resolution", "32"]
    subprocess.run(
        [*map(str, command), f"--kimg={kimg}", f"--holdout={HOLDOUT}", *options], check=True, stdout=sys.stderr
    )
    path = max(folder.iterdir())
    _, description = RunFolder.open(path)
    _, held_out = description.open_data()
    source = find_candidate(path, None, "refuse").open()
    with Comparison(held_out, faces, ("swd", "ms_ssim"), 2048) as comparison:
        values = comparison.measure(source, lambda count: None)
    return {"name": name, "kimg": kimg} | values, np.concatenate(list(source.batches(SHOWN)))


def _given(name: str) -> dict:
    return {option: value for option, value in (BEFORE | CHANGES[name]).items() if value is not None}


def _config(name: str) -> ProgressiveConfig:
    return ProgressiveConfig(**quick().model_dump() | BEFORE | CHANGES[name])


def _kimg_of_same_time(config: ProgressiveConfig, faces: Path) -> float:
    before, own = (_seconds_per_image(each, faces) for each in (_config("before"), config))
    return round(KIMG * before / own, 1)


def _seconds_per_image(config: ProgressiveConfig, faces: Path) -> float:
    """In the mean over the schedule."""
    schedule = Schedule.from_config(config)
    training, _ = hold_out(open_dataset(faces), HOLDOUT)
    costs = preflight(TrainingState(config, fastest_precision()), training, schedule, seconds=MEASURED_SECONDS)
    seconds = sum(phase.images * cost.seconds_per_image for phase, cost in zip(schedule.phases, costs, strict=True))
    return seconds / schedule.images


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{resolution}:{number:g}" for resolution, number in value.items())
    return ",".join(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    run(main)
