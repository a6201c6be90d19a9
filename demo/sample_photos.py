"""Writes real photos of faces to practise on: `python demo/sample_photos.py photos/`.

scikit-image's wheel carries 100 faces of the "Labeled Faces in the Wild" set, grey and 25 pixels a side; they are
enlarged, so that they look like photos to a face detector.
"""

from pathlib import Path

import click
import cv2
import numpy as np
import skimage.data

from pgkeras.command_line import run
from pgkeras.errors import UserError
from pgkeras.images import write_png

SIDE = 150


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    """Writes 100 photos of faces as PNG files to FOLDER.

    Example: python demo/sample_photos.py photos/
    """
    faces = skimage.data.lfw_subset()[:100]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, face in enumerate(faces):
            photo = cv2.resize(np.uint8(face * 255), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            write_png(folder / f"{number:03}.png", photo[..., np.newaxis])
    except OSError as error:
        raise UserError(f"{folder}: cannot be written to ({error.strerror or error}); give another folder") from None
    print(f"{len(faces)} photos: {folder}")


if __name__ == "__main__":
    run(main)
