"""Where training images come from, and how they reach the network."""

from pgkeras.data.dataset import Dataset, Fit, Images, NoLabelsError
from pgkeras.data.holdout import hold_out
from pgkeras.data.pipeline import batches, reading_data
from pgkeras.data.sources import open_dataset

__all__ = ["Dataset", "Fit", "Images", "NoLabelsError", "batches", "hold_out", "open_dataset", "reading_data"]
