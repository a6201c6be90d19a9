"""A run's folder: `runs/00003-faces-64/` and the files in it."""

import json
import math
import re
import shutil
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

import pgkeras
from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path, remove_temporaries
from pgkeras.files.lock import locked
from pgkeras.labels import write_label_names
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.runs.description import RunDescription
from pgkeras.runs.generator_files import generator_file, list_snapshots, snapshot_file
from pgkeras.schedule import Schedule

CONFIG = "config.json"


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
        with locked(out / ".lock"):
            numbers = [int(match[1]) for entry in out.iterdir() if (match := re.match(r"(\d{5})-", entry.name))]
            folder = cls(out / f"{max(numbers, default=-1) + 1:05}-{name}")
            folder.path.mkdir()
        for part in (folder.samples, folder.checkpoints, folder.generators, folder.snapshots):
            part.mkdir()
        folder.write_description(description)
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
            raise UserError(f"{out}: cannot make a run folder here ({error.strerror}); choose another `out`") from None

    @classmethod
    def open(cls, path: Path) -> tuple[Self, RunDescription]:
        """Opens the folder of a run that exists.

        Args:
            path: the folder.

        Returns:
            The folder and what its config.json says.

        Raises:
            UserError: if this is not a run folder or its config.json is damaged.
        """
        folder = cls(path)
        if not is_run(path):
            raise UserError(f"{path}: is not a run folder (it has no {CONFIG}); give a folder that train made")
        try:
            return folder, RunDescription.from_json(folder.config.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole file"
            if first["type"] == "extra_forbidden":
                raise UserError(
                    f"{folder.config}: {where} is unknown to pgkeras {pgkeras.__version__}; use the version that wrote "
                    f"it ({_version(folder.config)}), or remove what was added"
                ) from None
            raise UserError(f"{folder.config}: is damaged at {where} ({first['msg']}); restore it") from None
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{folder.config}: is damaged at the whole file ({error}); restore it") from None

    def write_description(self, description: RunDescription) -> None:
        """Writes config.json.

        Args:
            description: of the run.
        """
        with atomic_path(self.config) as temporary:
            temporary.write_text(description.to_json(), encoding="utf-8", errors="backslashreplace")

    def lock(self) -> AbstractContextManager[None]:
        """For whoever trains the run: while the block runs, nobody else does.

        Raises:
            UserError: if somebody does already, or the folder cannot be written to.
        """
        return locked(
            self.path / ".lock", busy=f"{self.path}: the run is being trained already; wait for it, or stop it first"
        )

    def rewind(self, schedule: Schedule, images_shown: int) -> None:
        """Drops what a resumed run will write again, and what a crash cut short; rollbacks are remembered.

        Later checkpoints, which could not be read or have led to trouble, are dropped, too.

        Args:
            schedule: of the run.
            images_shown: at the checkpoint.
        """
        for path in (self.statistics, self.metrics, self.evaluations):
            if path.exists():
                kept = [line for line in path.read_text().splitlines() if _images_shown(line) <= images_shown]
                with atomic_path(path) as temporary:
                    temporary.write_text("".join(line + "\n" for line in kept))
        remove_temporaries(self.path)
        for path in (*self.list_samples(), *self.previews.glob("[0-9]*")):
            if int(path.stem) > images_shown:
                path.unlink()
        for path in list_checkpoints(self.checkpoints):
            if int(path.stem) > images_shown:
                path.unlink()
        self.drop_generators(schedule, images_shown)

    def drop_generators(self, schedule: Schedule, images_shown: int) -> None:
        """Drops the snapshots after a checkpoint; generators become those of the newest snapshot that is left.

        Args:
            schedule: of the run.
            images_shown: at the checkpoint.
        """
        snapshots = list_snapshots(self.snapshots)
        for resolution in {each.resolution for each in snapshots if each.images_shown > images_shown}:
            kept = [
                each.path
                for each in snapshots
                if each.resolution == resolution
                and each.images_shown <= images_shown
                and not schedule.before(each.images_shown).phase.fade_in
            ]
            if kept:
                with atomic_path(self.generator(resolution)) as temporary:
                    shutil.copyfile(kept[-1], temporary)
            else:
                self.generator(resolution).unlink(missing_ok=True)
        for snapshot in snapshots:
            if snapshot.images_shown > images_shown:
                snapshot.path.unlink()

    def list_samples(self) -> list[Path]:
        """The grids of fixed latents, oldest first."""
        return sorted(path for path in self.samples.glob("*.png") if path.stem.isdecimal())

    @property
    def config(self) -> Path:
        """What the run trains on what."""
        return self.path / CONFIG

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
        """A JSON line for each generator that `pgkeras evaluate` has measured."""
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
        return generator_file(self.generators, resolution)

    def snapshot(self, resolution: int, images_shown: int) -> Path:
        """The file of one snapshot's generator.

        Args:
            resolution: image side in pixels.
            images_shown: at the snapshot.
        """
        return snapshot_file(self.snapshots, resolution, images_shown)


def _version(config: Path) -> str:
    return str(json.loads(config.read_bytes()).get("version"))


def is_run(path: Path) -> bool:
    """Whether a path is a run's folder.

    Args:
        path: of anything.
    """
    return RunFolder(path).config.is_file()


def list_runs(out: Path) -> list[Path]:
    """The folders of all runs, in the order in which they began.

    Args:
        out: the folder of runs; it may be missing.
    """
    return sorted(path.parent for path in out.glob(f"[0-9]*/{CONFIG}"))


def _images_shown(line: str) -> float:
    """Of a line; 0 if it does not tell, infinite if it is not whole."""
    try:
        return json.loads(line).get("images_shown", 0)
    except ValueError:
        return math.inf
