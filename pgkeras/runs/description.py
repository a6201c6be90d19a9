"""What a run's config.json says."""

import json
from typing import Self

from pydantic import BaseModel, ConfigDict

from pgkeras.config import Fit, ProgressiveConfig


class RunDescription(BaseModel):
    """`config.json`: what a run trains on what, enough to resume it.

    Attributes:
        version: of pgkeras that began the run.
        preset: that the run began from, if any.
        start_from: absolute path of the trained networks that it began with, if any.
        data: absolute path of the training images.
        fit: what is done with images that are not square.
        images: how many there are.
        unreadable: names of pictures among them, within `data`, that training could not read; it goes on without those
            that are gone or still damaged.
        side: their side in pixels.
        label_names: of the classes; () if the networks have no labels.
        label_counts: training images of each class; () likewise, or of older versions.
        seconds_per_image: of training steps in each phase, as measured when the run began; () in older versions.
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
    unreadable: tuple[str, ...] = ()
    side: int
    label_names: tuple[str, ...] = ()
    label_counts: tuple[int, ...] = ()
    seconds_per_image: tuple[float, ...] = ()
    parameters: dict[str, int] = {}
    machine: str = ""
    config: ProgressiveConfig

    def to_json(self) -> str:
        """The file's text. What is not valid Unicode in paths, as file names need not be, stands escaped in it."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Reads the file's text.

        Args:
            text: of the file.

        Raises:
            ValueError: if it is damaged.
        """
        return cls.model_validate(json.loads(text))
