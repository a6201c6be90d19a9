"""The metrics of the moving average, as training goes on."""

import json

import keras
import tensorflow as tf
from tqdm import tqdm

from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset
from pgkeras.evaluation.images import Generated, Stored, gathered
from pgkeras.evaluation.measures import is_measurable, measure
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import Progress


class Metrics(keras.callbacks.Callback):
    """Measures the average generator at every snapshot from 16x16 on: a line in metrics.jsonl, and in TensorBoard.

    Args:
        schedule: of the run.
        progress: where training stands.
        folder: of the run.
        config: of the run; says which metrics.
        data: real images to measure against.
    """

    def __init__(
        self, schedule: Schedule, progress: Progress, folder: RunFolder, config: ProgressiveConfig, data: Dataset
    ) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress
        self.lines = folder.metrics
        self.config = config
        self.data = data
        self.tensorboard = tf.summary.create_file_writer(str(folder.tensorboard), filename_suffix=".metrics")

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.resolution = self.schedule.at(self.progress.images_shown).resolution
        self.part = self._part()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._part() == self.part or not is_measurable(self.resolution):
            return
        images_shown = self.progress.images_shown
        number = min(self.config.metrics_images, len(self.data.images))
        sources = Stored(self.data, self.resolution), Generated(self.model.ema_generator)
        with gathered(sources[0], number) as real, gathered(sources[1], number) as fake:
            values = measure(self.config.metrics, real, fake)
        with self.lines.open("a") as file:
            file.write(json.dumps({"images_shown": images_shown, "images": number} | values) + "\n")
        with self.tensorboard.as_default():
            for name, value in values.items():
                tf.summary.scalar(name, value, step=images_shown)
        self.tensorboard.flush()
        tqdm.write(f"{'metrics':>18}  " + "  ".join(f"{name} {value:.3f}" for name, value in values.items()))

    def _part(self) -> tuple[int, int]:
        return self.schedule.part(self.progress.images_shown, self.config.snapshots_per_phase)
