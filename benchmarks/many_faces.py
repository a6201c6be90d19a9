"""Large pictures of many small faces, searched with --faces all and by plain mtcnn."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.overlap import overlap
from preprocessing.config import CropConfig
from preprocessing.crop_photo import Found, PhotoCropper
from preprocessing.find_photos import PhotoFile, find_photos

PANORAMA, FACES, FACE = (1280, 7680), 4, 225  # height and width; how many, and how wide, in pixels
COLUMNS, ROWS, CELL = 18, 16, 64  # of the sheet; pixels
SURE = 0.99
SAME = 0.5

ROW = "{:>16}  {:>9}  {:>6}  {:>8}  {:>5}  {:>6}  {:>8}".format


def compare(photos: Path) -> None:
    """Prints a table: faces and seconds of both, and how many faces of mtcnn's ours lost.

    Both keep what is a face with a probability of 0.8 or more and 20 pixels wide.

    Args:
        photos: the folder of which the pictures are made.
    """
    from mtcnn import MTCNN

    detector = MTCNN()
    cropper = PhotoCropper(CropConfig(faces="all", margin=0, min_confidence=0.8, min_face=20))
    portraits = _portraits(photos, detector)
    panorama = _panorama(portraits)
    sheet = _sheet(portraits)
    half = cv2.resize(panorama, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cropper.find(find_photos([photos])[0])  # which loads the networks
    print(ROW("picture", "pixels", "mtcnn", "pgkeras", "lost", "mtcnn", "pgkeras"))
    with tempfile.TemporaryDirectory() as temporary:
        for name, picture in (("panorama", panorama), ("half of it", half), (f"sheet of {COLUMNS * ROWS}", sheet)):
            path = Path(temporary, "picture.png")
            cv2.imwrite(str(path), picture)
            began = time.perf_counter()
            theirs = [
                face["box"] for face in detector.detect_faces(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))
            ]
            between = time.perf_counter()
            found = cropper.find(PhotoFile(path.name, path))
            ended = time.perf_counter()
            ours = [face.box for face in found.faces] if isinstance(found, Found) else []
            lost = sum(all(overlap(box, other) < SAME for other in ours) for box in theirs)
            height, width = picture.shape[:2]
            seconds = f"{between - began:.1f} s", f"{ended - between:.1f} s"
            print(ROW(name, f"{width}x{height}", len(theirs), len(ours), lost, *seconds), flush=True)


def _portraits(photos: Path, detector: "MTCNN") -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: F821
    """Photos, BGR, in which mtcnn finds one face, and surely; and its box."""
    for file in find_photos([photos]):
        photo = cv2.imread(str(file.path))
        found = detector.detect_faces(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB))
        if len(found) == 1 and found[0]["confidence"] > SURE:
            yield photo, np.array(found[0]["box"])


def _panorama(portraits: Iterator[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """A textured background with a few photos, far apart."""
    height, width = PANORAMA
    texture = np.random.default_rng(0).integers(60, 200, (height // 8, width // 8, 3), np.uint8)
    panorama = cv2.resize(texture, (width, height), interpolation=cv2.INTER_CUBIC)
    for index in range(FACES):
        photo, box = next(portraits)
        scale = FACE / max(box[2:])
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = small[: height - 100, : width // FACES - 100]
        left = index * width // FACES
        panorama[100 : 100 + small.shape[0], left + 50 : left + 50 + small.shape[1]] = small
    return panorama


def _sheet(portraits: Iterator[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Faces side by side, as on a contact sheet."""
    sheet = np.empty((ROWS * CELL, COLUMNS * CELL, 3), np.uint8)
    for row in range(ROWS):
        for column in range(COLUMNS):
            photo, (left, top, width, height) = next(portraits)
            cell = cv2.resize(
                photo[top : top + height, left : left + width], (CELL, CELL), interpolation=cv2.INTER_AREA
            )
            sheet[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = cell
    return sheet
