"""A run's folder as training leaves it, made without training."""

from pathlib import Path

import numpy as np

from pgkeras import ProgressiveConfig
from pgkeras.data import Dataset
from pgkeras.runs.description import RunDescription
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.reals import write_reals
from pgkeras.training.checkpoint import save_checkpoint
from pgkeras.training.state import TrainingState

CONFIG = ProgressiveConfig(
    resolution=8,
    fmap_max=8,
    latent_size=6,
    batch_size=4,
    straight_kimg=0.024,
    fade_in_kimg=0.04,
    precision="float32",
)
IMAGES_IN_ALL = 88


def make_run(out: Path, config: ProgressiveConfig = CONFIG, label_names: tuple[str, ...] = ()) -> TrainingState:
    """Makes `out/00000-faces-8`. Its data are nowhere: 40 random images, which have the classes in turn."""
    description = RunDescription(
        version="1", data="/gone/faces.npz", images=40, side=8, config=config, label_names=label_names
    )
    folder = RunFolder.create(out, description)
    labels = np.arange(40) % len(label_names) if label_names else None
    write_reals(folder, Dataset(reals(), labels, label_names), 8)
    state = TrainingState(config, "float32")
    state.progress.images_shown = IMAGES_IN_ALL
    save_checkpoint(state, folder.checkpoints)
    for resolution, pair in state.ema_generators.items():
        pair.straight.save(folder.generator(resolution))
    return state


def reals() -> np.ndarray:
    return np.random.default_rng(1).integers(1, 256, (40, 8, 8, 3), dtype=np.uint8)
