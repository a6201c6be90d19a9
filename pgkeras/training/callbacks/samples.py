"""Pictures of the fixed latents, as training goes on."""

import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.images import enlarge, grid, to_uint8, write_png
from pgkeras.labels import one_hot, rows
from pgkeras.latents import latents_from_seeds
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.grid import COLUMNS, ROWS, classes_shown
from pgkeras.sampling import sample_batches
from pgkeras.training.callbacks.snapshots import Snapshot
from pgkeras.training.tensorboard import EventFile


class Samples:
    """Writes a grid of fixed latents at every snapshot.

    Grids show every resolution at the final one's size, by pixel repetition. They hold the latents of seeds 0 to 63;
    with labels, a row for each of the first classes (see `classes_shown`), all with the latents of seeds 0 to 7.

    Args:
        folder: of the run.
        config: of the run.
        events: for TensorBoard.
    """

    def __init__(self, folder: RunFolder, config: ProgressiveConfig, events: EventFile) -> None:
        self.folder = folder
        self.resolution = config.resolution
        self.latents, self.labels = _fixed(config)
        self.events = events

    def write(self, snapshot: Snapshot) -> None:
        """Draws the snapshot's grid.

        Args:
            snapshot: the newest.
        """
        batches = sample_batches(snapshot.generator, self.latents, self.labels)
        images = np.concatenate([to_uint8(batch) for batch in batches])
        factor = self.resolution // images.shape[1]
        picture = grid(enlarge(images, factor), COLUMNS)
        write_png(self.folder.samples / f"{snapshot.images_shown:09}.png", picture)
        self.events.add_image("samples", picture, snapshot.images_shown)


def _fixed(config: ProgressiveConfig) -> tuple[np.ndarray, np.ndarray | None]:
    if not config.label_size:
        return latents_from_seeds(range(ROWS * COLUMNS), config.latent_size), None
    shown = classes_shown(config.label_size, config.resolution)
    latents = np.tile(latents_from_seeds(range(COLUMNS), config.latent_size), (shown, 1))
    return latents, one_hot(rows(range(shown), COLUMNS), config.label_size)
