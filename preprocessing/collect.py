"""From photos on disk to a faces file: read, detect, judge, crop, pack, a batch at a time."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from preprocessing.crop import crop_square
from preprocessing.detect import Face, FaceDetector
from preprocessing.find_photos import PhotoFile
from preprocessing.judge import Judge
from preprocessing.pack import FacesFile
from preprocessing.read_photo import read_ahead
from preprocessing.rejects import Reason, Rejection, describe

COARSE, FINE = 160, 480  # canvas sides for detection, in pixels


def collect_faces(
    photos: Sequence[PhotoFile],
    output: FacesFile,
    judge: Judge,
    margin: float,
    batch_size: int = 8,
    workers: int = 2,
    on_progress: Callable[[int], object] = lambda photos: None,
) -> None:
    """Crops the faces of photos into a faces file, in the order of the photos.

    Neither `batch_size` nor `workers` changes the result. In memory at once are the pixels of a batch, and of a
    batch and `workers` photos read ahead.

    Args:
        photos: the photos.
        output: an open file, which receives each crop, or the reason why a photo has none; not published here.
        judge: decides which faces are kept.
        margin: the crop's side is (1 + margin) times the longer side of the face's box.
        batch_size: photos searched for faces at once.
        workers: threads that decode.
        on_progress: called with the number of photos done since its last call.

    Raises:
        UserError: if the output cannot be written.
    """
    detector = FaceDetector()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")  # its remarks on metadata; its errors become rejects
        for batch in _batches(read_ahead(photos, workers, ahead=batch_size + workers), batch_size):
            files, pixels = zip(*batch, strict=True)
            for file, photo, found in zip(files, pixels, _find(detector, judge, pixels), strict=True):
                crops = _crops(photo, found, judge, margin, output.size)
                if isinstance(crops, Rejection):
                    output.reject(file.source, crops)
                    continue
                for face, crop in crops:
                    output.add(file.source, face, crop)
            on_progress(len(batch))


def _batches(items: Iterable, size: int) -> Iterator[list]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _find(
    detector: FaceDetector, judge: Judge, photos: Sequence[np.ndarray | Rejection]
) -> list[list[Face] | Rejection]:
    """The faces in each photo: a quick search for large ones, then, where none is good, a finer one."""
    found = [photo if isinstance(photo, Rejection) else [] for photo in photos]
    for side in (COARSE, FINE) if judge.faces == "largest" else (FINE,):
        open_ones = [
            index for index, faces in enumerate(found) if not isinstance(faces, Rejection) and not judge.good(faces)
        ]
        searched = detector.detect([photos[index] for index in open_ones], side)
        for index, faces in zip(open_ones, searched, strict=True):
            found[index] = faces if isinstance(faces, Rejection) else found[index] + faces
    return found


def _crops(
    photo: np.ndarray, found: list[Face] | Rejection, judge: Judge, margin: float, size: int
) -> list[tuple[Face, np.ndarray]] | Rejection:
    chosen = found if isinstance(found, Rejection) else judge.choose(found)
    if isinstance(chosen, Rejection):
        return chosen
    try:
        return [(face, crop_square(photo, face.box, margin, size)) for face in chosen]
    except Exception as error:
        return Rejection(Reason.FAILED, f"cropping: {describe(error)}")
