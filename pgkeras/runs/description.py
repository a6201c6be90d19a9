"""What a run's config.json says."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pgkeras.config import Fit, ProgressiveConfig
from pgkeras.data import Dataset, hold_out, open_dataset
from pgkeras.errors import UserError


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
