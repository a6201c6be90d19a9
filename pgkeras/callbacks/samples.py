"""Pictures of the fixed latents and the generators themselves, as training goes on."""

import keras
import numpy as np
import tensorflow as tf

from pgkeras.atomic import atomic_path
from pgkeras.images import grid, to_uint8, write_png
from pgkeras.latents import latents_from_seeds
from pgkeras.report import write_report
from pgkeras.sampling import sample
from pgkeras.schedule import Schedule
from pgkeras.training.run_folder import RunFolder
from pgkeras.training.state import Progress

NUMBER = 64


class Samples(keras.callbacks.Callback):
    """Writes a grid of the fixed latents (seeds 0 to 63), the report and, in straight phases, the average generator.

    Grids show every resolution at the final one's size, by pixel repetition.

    Args:
        schedule: of the run.
        progress: where training stands.
        folder: of the run.
        snapshots_per_phase: how often.
        resolution: the final one.
        latent_size: components of a latent.
    """

    def __init__(
        self,
        schedule: Schedule,
        progress: Progress,
        folder: RunFolder,
        snapshots_per_phase: int,
        resolution: int,
        latent_size: int,
    ) -> None:
        super().__init__()
        self.schedule = schedule
        self.progress = progress
        self.folder = folder
        self.snapshots_per_phase = snapshots_per_phase
        self.resolution = resolution
        self.latents = latents_from_seeds(range(NUMBER), latent_size)
        self.tensorboard = tf.summary.create_file_writer(str(folder.tensorboard), filename_suffix=".samples")

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.position = self.schedule.at(self.progress.images_shown)
        self.part = self.schedule.part(self.progress.images_shown, self.snapshots_per_phase)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.schedule.part(self.progress.images_shown, self.snapshots_per_phase) == self.part:
            return
        self._write_grid(self.model.ema_generator)
        if not self.position.phase.fade_in:
            path = self.folder.generator(self.position.resolution)
            with atomic_path(path) as temporary:
                self.model.ema_generator.save(temporary)
        write_report(self.folder)

    def _write_grid(self, generator: keras.Model) -> None:
        images = to_uint8(sample(generator, self.latents))
        factor = self.resolution // images.shape[1]
        picture = grid(images.repeat(factor, axis=1).repeat(factor, axis=2))
        write_png(self.folder.samples / f"{self.progress.images_shown:09}.png", picture)
        with self.tensorboard.as_default():
            tf.summary.image("samples", np.expand_dims(picture, 0), step=self.progress.images_shown)
        self.tensorboard.flush()
