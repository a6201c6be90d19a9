"""Where training images come from, and how they reach the network."""

from pgkeras.data.npz import open_npz
from pgkeras.data.pipeline import batches

__all__ = ["batches", "open_npz"]
