"""Pictures of the fixed latents, as training goes on."""

import keras
import numpy as np
import tensorflow as tf

from pgkeras.config import ProgressiveConfig
from pgkeras.images import grid, to_uint8, write_png
from pgkeras.labels import one_hot, rows
from pgkeras.latents import latents_from_seeds
from pgkeras.sampling import sample
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import COLUMNS, MOST_CLASSES, ROWS, RunFolder
from pgkeras.training.state import Progress


class Samples(keras.callbacks.Callback):
    """Writes a grid of fixed latents.

    Grids show every resolution at the final one's size, by pixel repetition. They hold the latents of seeds 0 to 63;
    with labels, a row for each of the first 32 classes, all of them with the latents of seeds 0 to 7.

    Args:
        schedule: of the run.
        progress: where training stands.
        folder: of the run.
        config: of the run.
    """

    def __init__(self, schedule: Schedule, progress: Progress, folder: RunFolder, config: ProgressiveConfig) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress
        self.folder = folder
        self.snapshots_per_phase = config.snapshots_per_phase
        self.resolution = config.resolution
        self.latents, self.labels = _fixed(config.latent_size, config.label_size)
        self.tensorboard = tf.summary.create_file_writer(str(folder.tensorboard), filename_suffix=".samples")

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.part = self.schedule.part(self.progress.images_shown, self.snapshots_per_phase)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.schedule.part(self.progress.images_shown, self.snapshots_per_phase) == self.part:
            return
        self._write_grid(self.model.ema_generator)

    def _write_grid(self, generator: keras.Model) -> None:
        images = to_uint8(sample(generator, self.latents, self.labels))
        factor = self.resolution // images.shape[1]
        picture = grid(images.repeat(factor, axis=1).repeat(factor, axis=2), COLUMNS)
        write_png(self.folder.samples / f"{self.progress.images_shown:09}.png", picture)
        with self.tensorboard.as_default():
            tf.summary.image("samples", np.expand_dims(picture, 0), step=self.progress.images_shown)
        self.tensorboard.flush()


def _fixed(latent_size: int, label_size: int) -> tuple[np.ndarray, np.ndarray | None]:
    if not label_size:
        return latents_from_seeds(range(ROWS * COLUMNS), latent_size), None
    shown = min(label_size, MOST_CLASSES)
    latents = np.tile(latents_from_seeds(range(COLUMNS), latent_size), (shown, 1))
    return latents, one_hot(rows(range(shown), COLUMNS), label_size)
