"""A run's folder: `runs/00003-faces-64/` and the files in it."""

import json
import math
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from pgkeras.atomic import atomic_path
from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset, Fit, hold_out, open_dataset
from pgkeras.errors import UserError
from pgkeras.images import cut_grid, grid, resize, write_png
from pgkeras.labels import write_label_names

# Of grids: 8 rows, or a row for each of the first 32 classes, but no more pixels than 8 rows of the largest images.
COLUMNS = 8
ROWS = 8
MOST_CLASSES = 32
MOST_PIXELS = ROWS * COLUMNS * 1024**2


class RunDescription(BaseModel):
    """`config.json`: what a run trains on what, enough to resume it.

    Attributes:
        version: of pgkeras that began the run.
        preset: that the run began from, if any.
        start_from: absolute path of the trained networks that it began with, if any.
        data: absolute path of the training images.
        fit: what is done with images that are not square.
        images: how many there are.
        side: their side in pixels.
        label_names: of the classes; () if the networks have no labels.
        parameters: trainable ones of the "generator" and the "discriminator" at the final resolution.
        machine: that began the run, in words.
        config: every option, with the schedule as planned.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    preset: str | None = None
    start_from: str | None = None
    data: str
    fit: Fit = "refuse"
    images: int
    side: int
    label_names: tuple[str, ...] = ()
    parameters: dict[str, int] = {}
    machine: str = ""
    config: ProgressiveConfig

    def open_data(self, path: Path | None = None) -> tuple[Dataset, Dataset]:
        """Opens what the run trains on.

        Args:
            path: where the images are now, if they have moved.

        Returns:
            The images to train on and those to measure against: the held-out ones, or the same if there are none.

        Raises:
            UserError: if they are not there, or not those that the run began with.
        """
        path = path or Path(self.data)
        dataset = open_dataset(path, side=self.config.resolution, fit=self.fit, labels=bool(self.config.label_size))
        number, side = dataset.images.shape[:2]
        if (number, side, dataset.label_names) != (self.images, self.side, self.label_names):
            raise UserError(
                f"{path}: has {number} images of {side} pixels and {len(dataset.label_names)} classes, but the run "
                f"began with {self.images} of {self.side} and {len(self.label_names)}; give the same data"
            )
        return hold_out(dataset, self.config.holdout)


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps its files.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def create(cls, out: Path, description: RunDescription) -> Self:
        """Makes the next numbered folder, `out/00003-faces-64`, and writes its config.json.

        Args:
            out: the folder of all runs, checked to be writable.
            description: of the new run.
        """
        data = re.sub(r"[^\w-]+", "-", Path(description.data).stem).strip("-") or "data"
        name = f"{data}-{description.config.resolution}"
        numbers = [int(match[1]) for entry in out.iterdir() if (match := re.match(r"(\d{5})-", entry.name))]
        folder = cls(out / f"{max(numbers, default=-1) + 1:05}-{name}")
        for part in (folder.path, folder.samples, folder.checkpoints, folder.generators, folder.snapshots):
            part.mkdir()
        with atomic_path(folder.path / "config.json") as temporary:
            temporary.write_text(description.model_dump_json(indent=2) + "\n")
        if description.label_names:
            write_label_names(folder.generators, description.label_names)
            write_label_names(folder.snapshots, description.label_names)
        return folder

    @staticmethod
    def check_writable(out: Path) -> None:
        """Makes sure, before any long work, that runs can be made in a folder.

        Args:
            out: the folder of all runs; made if it is missing.

        Raises:
            UserError: if it cannot be made or written to.
        """
        try:
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out):
                pass
        except OSError as error:
            raise UserError(f"{out}: cannot make a run folder here ({error.strerror}); choose another --out") from None

    @classmethod
    def open(cls, path: Path) -> tuple[Self, RunDescription]:
        """Opens the folder of a run that exists.

        Args:
            path: the folder.

        Returns:
            The folder and what its config.json says.

        Raises:
            UserError: if this is no run folder or its config.json is damaged.
        """
        config = path / "config.json"
        if not config.is_file():
            raise UserError(f"{path}: is no run folder (it has no config.json); give a folder that train made")
        try:
            return cls(path), RunDescription.model_validate_json(config.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole file"
            raise UserError(f"{config}: is damaged at {where} ({first['msg']}); restore it") from None

    def rewind(self, images_shown: int) -> None:
        """Drops what a resumed run will write again, and what a crash cut short; rollbacks are remembered.

        Args:
            images_shown: at the checkpoint.
        """
        for path in (self.statistics, self.metrics, self.evaluations):
            if path.exists():
                kept = [line for line in path.read_text().splitlines() if _images_shown(line) <= images_shown]
                with atomic_path(path) as temporary:
                    temporary.write_text("".join(line + "\n" for line in kept))
        for unfinished in self.checkpoints.glob(".[0-9]*.npz"):
            unfinished.unlink()
        snapshots = self.snapshots.glob("generator_*_[0-9]*.keras")
        for path in (*self.list_samples(), *self.previews.glob("[0-9]*"), *snapshots):
            if int(path.stem.rpartition("_")[2]) > images_shown:
                path.unlink()

    def list_samples(self) -> list[Path]:
        """The grids of fixed latents, oldest first."""
        return sorted(self.samples.glob("[0-9]*.png"))

    def write_reals(self, dataset: Dataset, resolution: int) -> None:
        """Writes reals.png: real images as the network sees them at the final resolution, as samples are laid out.

        Args:
            dataset: all of them.
            resolution: the final one.
        """
        chosen = _first_images(dataset, resolution)[:, None]  # one at a time, for they may be large
        reals = np.concatenate([resize(dataset.images[each], resolution) for each in chosen])
        write_png(self.reals, grid(reals, COLUMNS))

    def read_reals(self, config: ProgressiveConfig) -> np.ndarray:
        """Reads the images of reals.png, which stay where the run is when its data have moved.

        Args:
            config: of the run.

        Returns:
            uint8 (images, side, side, channels) at the final resolution: the first 64 images or fewer; with labels, 8
            of each class that is shown.

        Raises:
            UserError: if the picture is missing or damaged.
        """
        side = config.resolution
        if not self.reals.is_file():
            raise UserError(f"{self.reals}: is missing; resume the run, which writes it again")
        try:
            with Image.open(self.reals) as picture:
                pixels = np.asarray(picture.convert("L" if config.channels == 1 else "RGB"))
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise UserError(f"{self.reals}: cannot be read ({error}); resume the run, which writes it again") from None
        height, width = pixels.shape[:2]
        if width != COLUMNS * side or height % side:
            raise UserError(
                f"{self.reals}: is {width}x{height}, no grid of {COLUMNS} columns of {side}x{side}; resume the run, "
                "which writes it again"
            )
        return cut_grid(pixels.reshape(height, width, config.channels), side)

    @property
    def reals(self) -> Path:
        """A grid of real images."""
        return self.path / "reals.png"

    @property
    def samples(self) -> Path:
        """Grids of fixed latents, named by images shown."""
        return self.path / "samples"

    @property
    def previews(self) -> Path:
        """The samples made small for the report, which makes the folder, named by images shown."""
        return self.path / "previews"

    @property
    def checkpoints(self) -> Path:
        """Full-state checkpoints, named by images shown."""
        return self.path / "checkpoints"

    @property
    def generators(self) -> Path:
        """The moving-average generator of each resolution reached."""
        return self.path / "generators"

    @property
    def snapshots(self) -> Path:
        """The moving-average generator at every snapshot, named by resolution and images shown."""
        return self.path / "snapshots"

    @property
    def statistics(self) -> Path:
        """A JSON line per tick."""
        return self.path / "stats.jsonl"

    @property
    def metrics(self) -> Path:
        """A JSON line per snapshot, if the run measures metrics."""
        return self.path / "metrics.jsonl"

    @property
    def evaluations(self) -> Path:
        """A JSON line for each generator that `python -m pgkeras.evaluate` has measured."""
        return self.path / "evaluations.jsonl"

    @property
    def rollbacks(self) -> Path:
        """A JSON line each time that training has failed, if it has."""
        return self.path / "rollbacks.jsonl"

    @property
    def report(self) -> Path:
        """The page about the run."""
        return self.path / "report.html"

    @property
    def tensorboard(self) -> Path:
        """Event files for TensorBoard."""
        return self.path / "tensorboard"

    def generator(self, resolution: int) -> Path:
        """The file of one resolution's generator.

        Args:
            resolution: image side in pixels.
        """
        return self.generators / f"generator_{resolution:04}.keras"

    def snapshot(self, resolution: int, images_shown: int) -> Path:
        """The file of one snapshot's generator.

        Args:
            resolution: image side in pixels.
            images_shown: at the snapshot.
        """
        return self.snapshots / f"generator_{resolution:04}_{images_shown:09}.keras"


def classes_shown(classes: int, resolution: int) -> int:
    """How many classes a grid has a row for.

    Args:
        classes: that there are.
        resolution: the final one.

    >>> classes_shown(3, 64), classes_shown(100, 64), classes_shown(100, 1024)
    (3, 32, 8)
    """
    return min(classes, MOST_CLASSES, MOST_PIXELS // (COLUMNS * resolution**2))


def _first_images(dataset: Dataset, resolution: int) -> np.ndarray:
    """Indices of the first 64 images, or of the first 8 of each class that is shown."""
    if dataset.labels is None:
        return np.arange(min(ROWS * COLUMNS, len(dataset.images)))
    classes = range(classes_shown(len(dataset.label_names), resolution))
    return np.concatenate([np.resize(np.flatnonzero(dataset.labels == each), COLUMNS) for each in classes])


def _images_shown(line: str) -> float:
    """Of a line; 0 if it does not tell, infinite if it is not whole."""
    try:
        return json.loads(line).get("images_shown", 0)
    except ValueError:
        return math.inf
