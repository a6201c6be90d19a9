"""A run, from its data to its generators: what notebooks and `pgkeras train` train with."""

import math
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Self

import keras
from tqdm import tqdm

import pgkeras
from pgkeras.backends import Precision, backend
from pgkeras.cluster import number_of_workers
from pgkeras.config import Fit, ProgressiveConfig, typed
from pgkeras.data import Dataset, hold_out, naming_all_unreadable, open_dataset
from pgkeras.errors import UserError
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.runs.data import open_data, remembering_unreadable
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.generators import choose_generator, load_generator
from pgkeras.runs.reals import write_reals
from pgkeras.schedule import Schedule
from pgkeras.training import plan
from pgkeras.training.check_data import check_data, check_metrics
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.devices import check_shares
from pgkeras.training.disk import check_disk, disk_needed, written_to
from pgkeras.training.loop import train
from pgkeras.training.machine import describe_machine
from pgkeras.training.plan_table import plan_table
from pgkeras.training.precision import fastest_precision
from pgkeras.training.preflight import PhaseCost, preflight
from pgkeras.training.start_from import start_from as begin_with
from pgkeras.training.state import TrainingState

# For each phase, when `minutes` wants its speed.
MEASURED_SECONDS = 1.5


class Run:
    """A training run: `create` plans a new one, `open` continues one.

    Attributes:
        description: what it trains on what, as its config.json has it.
        out: the folder of all runs.
        folder: the run's own; None until a new run begins to train.
        checkpoint: from which it resumes, if any.
    """

    def __init__(
        self,
        description: RunDescription,
        state: TrainingState,
        data: tuple[Dataset, Dataset],
        out: Path,
        folder: RunFolder | None = None,
        checkpoint: Path | None = None,
        costs: Sequence[PhaseCost] | None = None,
    ) -> None:
        self.description = description
        self.out = out
        self.folder = folder
        self.checkpoint = checkpoint
        self._state = state
        self._dataset, self._held_out = data
        self._costs = costs
        self._seen = self._checkpoints()

    @classmethod
    def create(
        cls,
        data: str | PathLike,
        config: ProgressiveConfig | Mapping[str, Any] | None = None,
        out: str | PathLike = "runs",
        *,
        preset: str | None = None,
        kimg: float | None = None,
        minutes: float | None = None,
        start_from: str | PathLike | None = None,
        fit: Fit = "refuse",
        conditional: bool = False,
        devices: int | None = None,
    ) -> Self:
        """Opens and checks the data, and tries every phase; the run's folder appears when it trains.

        Args:
            data: an .npz of photos, a folder of them, or any other format of `pgkeras.data.open_dataset`.
            config: every option, or those that differ from the preset's by name. The data decide `channels`,
                `label_size` and whether to `mirror`, if they are not given.
            out: the folder of all runs.
            preset: a key of `pgkeras.presets.PRESETS` to begin from; None for the paper's options.
            kimg: into how many thousand images the whole schedule is fitted; None leaves it as it is.
            minutes: into how many minutes it is fitted, from speeds measured on this machine.
            start_from: trained networks to begin with: a run, a .pkl of the official code or a .pt of GAN Zoo.
            fit: what to do with images that are not square.
            conditional: whether the data's labels are learned, too.
            devices: how many; None for all GPUs of this machine.

        Raises:
            UserError: if the data cannot be trained on with these options on this machine.
            pydantic.ValidationError: for an unknown option, a wrong value, or options that contradict each other.
        """
        began = time.monotonic()
        if kimg is not None and minutes is not None:
            raise UserError(f"`kimg` {kimg:g} and `minutes` {minutes:g} contradict each other: give one of them")
        for name, number in (("kimg", kimg), ("minutes", minutes)):
            if number is not None and not 0 < number < math.inf:
                raise UserError(f"`{name}` {number:g}: must be a number above 0")
        data, out = Path(data), Path(out)
        given = config.model_dump(exclude_unset=True) if isinstance(config, ProgressiveConfig) else dict(config or {})
        chosen = backend.choose_devices(devices)
        if minutes and number_of_workers() > 1:
            raise UserError(f"`minutes` {minutes:g}: the machines of TF_CONFIG differ in speed; give `kimg` instead")
        side = ProgressiveConfig.from_preset(preset, **{"label_size": int(conditional)} | given).resolution
        everything = open_dataset(data, side=side, fit=fit, labels=conditional)
        number = len(everything.images)
        config = ProgressiveConfig.from_preset(preset, images=number, **_decided_by(everything) | given)
        config, precision = _with_precision(config)
        if kimg:
            config = plan.scaled_to(config, plan.factor_for_kimg(config, kimg))
        dataset, held_out = hold_out(everything, config.holdout)
        check_data(everything, dataset, config, data)
        check_metrics(config, held_out)
        check_shares(config, chosen)
        RunFolder.check_writable(out)
        if config.augmentation and "augmentation" not in given:
            tqdm.write(f'{number} images are few: {_augmentation(config)}; without: --augmentation ""')
        state = TrainingState(config, precision, chosen)
        if start_from:
            begin_with(state, Path(start_from))
        with naming_all_unreadable():
            costs = _try(state, dataset, seconds=MEASURED_SECONDS if minutes else 0.0)
        if minutes:
            left = 60 * minutes - (time.monotonic() - began)
            image_costs = [cost.seconds_per_image for cost in costs]
            state.config = plan.scaled_to(state.config, plan.factor_for_seconds(state.config, image_costs, left))
        check_disk(disk_needed(state, Schedule.from_config(state.config)), out)
        description = RunDescription(
            version=pgkeras.__version__,
            preset=preset,
            start_from=start_from and str(Path(start_from).resolve()),
            data=str(data.resolve()),
            fit=fit,
            images=number,
            side=everything.images.shape[1],
            label_names=everything.label_names,
            label_counts=dataset.label_counts,
            seconds_per_image=tuple(cost.seconds_per_image for cost in costs),
            parameters=_parameters(state),
            machine=describe_machine(),
            config=state.config,
        )
        return cls(description, state, (dataset, held_out), out, costs=costs)

    @classmethod
    def open(cls, path: str | PathLike, data: str | PathLike | None = None, *, devices: int | None = None) -> Self:
        """Opens an existing run at its newest checkpoint.

        Args:
            path: its folder.
            data: where its images are now, if they have moved; the run remembers it when it trains.
            devices: how many; None for all GPUs of this machine.

        Raises:
            UserError: if this is not a run folder, or its data or checkpoints are not what they were.
        """
        folder, description = RunFolder.open(Path(path))
        config, precision = _with_precision(description.config)
        dataset, held_out = open_data(folder, description, Path(data) if data else None)
        if data:
            description = description.model_copy(update={"data": str(Path(data).resolve())})
        check_metrics(config, held_out)
        chosen = backend.choose_devices(devices)
        check_shares(config, chosen)
        state = TrainingState(config, precision, chosen)
        checkpoint = load_newest_checkpoint(state, folder.checkpoints)
        if description.start_from and not checkpoint:
            begin_with(state, Path(description.start_from))
        return cls(description, state, (dataset, held_out), folder.path.parent, folder, checkpoint)

    @cached_property
    def plan(self) -> str:
        """What each phase does and what it takes on this machine: a table. It is found by trying every phase."""
        self._costs = self._costs or _try(self._state, self._dataset, seconds=0.0)
        return "\n".join([self._summary(), plan_table(self._state, self._schedule, self._costs), self._disk()])

    @property
    def path(self) -> Path | None:
        """The run's folder; None until a new run begins to train."""
        return self.folder.path if self.folder else None

    @property
    def images_shown(self) -> int:
        """Real images so far."""
        return self._state.progress.images_shown

    @property
    def minutes(self) -> float:
        """Spent in training steps so far."""
        return self._state.progress.seconds / 60

    @property
    def is_chief(self) -> bool:
        """Whether this process keeps the run's folder; of several machines that train together one does."""
        return self._state.devices.is_chief

    def train(self) -> bool:
        """Trains from where the run stands to the end of its schedule; Ctrl-C ends it with a checkpoint.

        Returns:
            True at the end of the schedule; False if it was stopped before.

        Raises:
            UserError: if training has failed too often, the folder cannot be written to, an image cannot be read, or
                somebody else trains the run.
        """
        with self._own_folder() as out:
            begins = self.folder is None
            self.folder = folder = self._folder_in(out)
            with folder.lock(), written_to(folder), remembering_unreadable(folder):
                if not begins:
                    self._go_on(folder)
                write_reals(folder, self._dataset, self._state.config.resolution)
                try:
                    return train(
                        self._state, self._dataset, self._held_out, self._schedule, folder, self._image_costs()
                    )
                finally:
                    self._seen = self._checkpoints()

    def generator(self, resolution: int | None = None) -> keras.Model:
        """The newest moving-average generator of a resolution, as its folder has it.

        Args:
            resolution: image side in pixels; None for the largest so far.

        Raises:
            UserError: if the run has none.
        """
        if self.folder is None:
            raise UserError("the run has no generator yet; train it")
        return load_generator(choose_generator(self.folder.path, resolution))

    @property
    def _schedule(self) -> Schedule:
        return Schedule.from_config(self._state.config)

    @contextmanager
    def _own_folder(self) -> Iterator[Path]:
        """Where this process keeps its run: of several machines, all but one in a folder that goes away with it."""
        if self.is_chief:
            yield self.out
            return
        with tempfile.TemporaryDirectory() as own:
            yield Path(own)

    def _folder_in(self, out: Path) -> RunFolder:
        """The run's, which is made or, where `out` is not the folder of all runs, copied."""
        if self.folder and out == self.out:
            return self.folder
        folder = RunFolder.create(out, self.description)
        if self.folder:
            shutil.copytree(self.folder.checkpoints, folder.checkpoints, dirs_exist_ok=True)
        return folder

    def _image_costs(self) -> list[float]:
        """Of each phase: measured, now or when the run began, or else estimated."""
        if self._costs:
            return [cost.seconds_per_image for cost in self._costs]
        if self.description.seconds_per_image:
            return list(self.description.seconds_per_image)
        return plan.estimate_image_costs(self._state, self._schedule)

    def _go_on(self, folder: RunFolder) -> None:
        """Makes the folder as it was at the checkpoint, and tells it where the images are now."""
        if self._checkpoints() != self._seen:
            raise UserError(f"{self.path}: somebody else has trained the run meanwhile; open it again")
        _, description = RunFolder.open(folder.path)
        if description.data != self.description.data:
            folder.write_description(description.model_copy(update={"data": self.description.data}))
        folder.rewind(self._schedule, self.images_shown)

    def _checkpoints(self) -> list[str]:
        return [] if self.folder is None else [path.name for path in list_checkpoints(self.folder.checkpoints)]

    def _summary(self) -> str:
        config, devices = self._state.config, self._state.devices.number
        number, side = self._dataset.images.shape[:2]
        parameters = _parameters(self._state)
        classes = f" in {config.label_size} classes" if config.label_size else ""
        mirrored = f"{'half of them' if config.mirror else 'none'} mirrored"
        return (
            f"{number:,} images of {side}x{side}{classes}, {mirrored}; generator {parameters['generator']:,} and "
            f"discriminator {parameters['discriminator']:,} parameters; {self._state.precision}"
            f"{f' on {devices} devices' if devices > 1 else ''}"
        )

    def _disk(self) -> str:
        return f"disk: at most {tqdm.format_sizeof(disk_needed(self._state, self._schedule), 'B')} in {self.out}"


def _try(state: TrainingState, dataset: Dataset, *, seconds: float) -> list[PhaseCost]:
    tqdm.write("trying every phase ...")
    return preflight(state, dataset, Schedule.from_config(state.config), seconds=seconds)


def _decided_by(dataset: Dataset) -> dict[str, Any]:
    """The options that follow from the data."""
    no_mirror = {} if dataset.mirror else {"mirror": False}
    return {"channels": dataset.images.shape[-1], "label_size": len(dataset.label_names)} | no_mirror


def _augmentation(config: ProgressiveConfig) -> str:
    """The options as they are typed."""
    return f"--augmentation {typed(config.augmentation)} --augmentation-target {typed(config.augmentation_target)}"


def _with_precision(config: ProgressiveConfig) -> tuple[ProgressiveConfig, Precision]:
    """Decides what "auto" means here, once for the run: another machine that resumes it computes alike."""
    if config.precision != "auto":
        return config, config.precision
    precision = fastest_precision()
    return config.model_copy(update={"precision": precision}), precision


def _parameters(state: TrainingState) -> dict[str, int]:
    """Trainable ones, at the final resolution."""
    return {
        name: sum(math.prod(variable.shape) for variable in pairs[state.config.resolution].straight.trainable_variables)
        for name, pairs in (("generator", state.generators), ("discriminator", state.discriminators))
    }
