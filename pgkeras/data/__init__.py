"""Where training images come from, and how they reach the network."""

from pgkeras.data.dataset import Dataset, Fit, Images, NoLabelsError
from pgkeras.data.holdout import hold_out
from pgkeras.data.pipeline import Batch, batches
from pgkeras.data.sources import open_dataset

__all__ = ["Batch", "Dataset", "Fit", "Images", "NoLabelsError", "batches", "hold_out", "open_dataset"]
