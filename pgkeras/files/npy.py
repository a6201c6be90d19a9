"""Arrays that users hand to a command in .npy files."""

from pathlib import Path

import numpy as np

from pgkeras.errors import UserError


def read_npy(path: Path) -> np.ndarray:
    """Reads one array.

    Args:
        path: of an .npy file.

    Raises:
        UserError: if it is anything else, an .npz under the name of an .npy too.
    """
    try:
        return np.array(np.lib.format.open_memmap(path, "r"))  # which sees that a file is shorter than it says
    except Exception as error:  # damaged headers give errors of every kind
        raise UserError(f"{path}: cannot be read as .npy ({error}); give one array, as np.save writes it") from None
