"""What a run has written about itself so far."""

from dataclasses import dataclass
from functools import cached_property

from pgkeras.files.json_lines import read_lines
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule


@dataclass(frozen=True)
class Record:
    """A run as its folder tells it.

    Attributes:
        folder: of the run.
        description: its config.json.
        statistics: the lines of stats.jsonl, in order of images shown.
        metrics: the lines of metrics.jsonl, and those of evaluations.jsonl that are of a snapshot.
        rollbacks: the lines of rollbacks.jsonl.
    """

    folder: RunFolder
    description: RunDescription
    statistics: list[dict]
    metrics: list[dict]
    rollbacks: list[dict]

    @cached_property
    def schedule(self) -> Schedule:
        """Of the run, to its end."""
        return Schedule.from_config(self.description.config)

    @cached_property
    def images_shown(self) -> int:
        """Real images so far, as far as any file tells."""
        shown = [line["images_shown"] for line in (*self.statistics[-1:], *self.metrics)]
        return max([0, *shown, *(int(path.stem) for path in self.folder.list_samples()[-1:])])

    @property
    def finished(self) -> bool:
        """Whether the schedule has come to its end."""
        return self.images_shown >= self.schedule.images

    @property
    def seconds(self) -> float:
        """Spent in training steps."""
        return self.statistics[-1]["seconds"] if self.statistics else 0.0

    @property
    def seconds_left(self) -> float | None:
        """To the end of the run; None if it is not known."""
        return self.statistics[-1].get("seconds_left") if self.statistics else None

    def learning_rate_factor(self, images_shown: float) -> float:
        """Of the planned learning rates: halved by each rollback to a point before this one.

        Args:
            images_shown: 0 or more.
        """
        halvings = [number for number, back_to in enumerate(self.went_back_to, start=1) if back_to <= images_shown]
        return 0.5 ** max(halvings, default=0)

    @cached_property
    def went_back_to(self) -> list[int]:
        """Images shown at the checkpoint of each rollback, in the order in which they happened."""
        return [line["back_to"] for line in self.rollbacks if line["back_to"] is not None]


def read_record(folder: RunFolder) -> Record:
    """Reads a run's folder, at any time of its life.

    Args:
        folder: of the run.

    Raises:
        UserError: if this is not a run folder or its config.json is damaged.
    """
    _, description = RunFolder.open(folder.path)
    return Record(
        folder,
        description,
        statistics=read_lines(folder.statistics),
        metrics=read_lines(folder.metrics)
        + [line for line in read_lines(folder.evaluations) if "images_shown" in line],
        rollbacks=read_lines(folder.rollbacks),
    )
