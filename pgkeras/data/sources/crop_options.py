"""How `pgkeras crop` cropped a training set: its files say so themselves."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from pgkeras.data.sources.npz import is_npz
from pgkeras.data.sources.shards import is_shards, shard_files
from pgkeras.errors import UserError


def read_crop_options(data: Path) -> str | None:
    """The options with which a training set was cropped, JSON.

    Args:
        data: where a run says that its images are.

    Returns:
        What `options` holds in its .npz, or in the first of its shards; None if there is no such thing, or no file.
    """
    try:
        path = shard_files(data)[0] if is_shards(data) else data
        if not is_npz(path):
            return None
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return str(arrays["options"]) if "options" in arrays.files else None
    except (UserError, OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
