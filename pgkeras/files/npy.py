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
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"{path}: cannot be read as .npy ({error}); give one array, as np.save writes it") from None
