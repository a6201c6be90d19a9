"""CelebA's own lists of landmarks (Liu et al., arXiv 1411.7766), which make a search for faces unnecessary."""

import csv
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError

# The photos' folder, and the list that belongs to it.
LISTS = {"img_celeba": "list_landmarks_celeba", "img_align_celeba": "list_landmarks_align_celeba"}


def read_landmarks(folder: Path) -> dict[Path, np.ndarray]:
    """Reads the landmarks of CelebA's photos.

    Args:
        folder: CelebA's own, in which are `img_align_celeba/` or `img_celeba/`, and its list of landmarks in `Anno/` or
            beside the photos' folder, as .txt or as Kaggle's .csv; or the photos' folder itself. Of another folder
            nothing is read.

    Returns:
        For each photo float32 (5, 2): x and y of left eye, right eye, nose, left and right corner of the mouth.

    Raises:
        UserError: if a list is damaged or cannot be read.
    """
    found = {}
    for name, list_name in LISTS.items():
        photos = folder if folder.name == name else folder / name
        for beside in (photos.parent, photos.parent / "Anno"):
            for path in (beside / f"{list_name}.txt", beside / f"{list_name}.csv"):
                if photos.is_dir() and path.is_file():
                    # Kaggle's archive holds the photos' folder twice, one in the other.
                    within = photos / name if (photos / name).is_dir() else photos
                    found |= {within / photo: points for photo, points in _read(path).items()}
    return found


def _read(path: Path) -> dict[str, np.ndarray]:
    """A list of names and ten numbers each, under one line or two of headings."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = list(csv.reader(lines)) if path.suffix == ".csv" else [line.split() for line in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read ({error}); restore the file") from None
    landmarks = {}
    for number, row in enumerate(rows, 1):
        if number <= 2 and (len(row) != 11 or not row[1].lstrip("-").isdigit()):
            continue
        try:
            name, *points = row
            landmarks[name] = np.array(points, np.float32).reshape(5, 2)
        except ValueError:
            raise UserError(f"{path}: line {number} is not a name and ten numbers; restore the file") from None
    return landmarks
