"""Where training images come from, and how they reach the network."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "dataset": ["Dataset", "Images", "NoLabelsError", "UnreadableError", "naming_all_unreadable"],
        "holdout": ["hold_out"],
        "pipeline": ["Batch", "batches"],
        "sources": ["open_dataset"],
    },
)
