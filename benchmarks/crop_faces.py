"""Cropping faces against a plain loop over the mtcnn package, on the same photos, in one run."""

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.many_faces import compare
from benchmarks.overlap import overlap
from pgkeras.command_line import run
from preprocessing.find_photos import find_photos

ROOT = Path(__file__).parents[1]
SAME = 0.6
LARGE = 1 / 12  # of the photo's long side
# As sure as the mtcnn package wants its faces to be.
NO_FILTERS = ("--min-confidence=0.8", "--min-face=1", "--max-yaw=90", "--min-sharpness=0", "--max-clipped=1")
NO_FILTERS += ("--max-outside=1", "--duplicate-distance=-1")


@dataclass(frozen=True)
class LoopFace:
    """The largest face that the loop found: x, y, width, height, and its longer side as part of the photo's."""

    box: np.ndarray
    part: float


ROW = "{:>12}  {:>8}  {:>8}  {:>6}  {:>20}  {:>5}  {:>7}".format

EXAMPLES = """\b
Example:
  python benchmarks/crop_faces.py photos/ --long-sides 512,1024 --sample 1000
  python benchmarks/crop_faces.py photos/ --many
"""


@click.command(epilog=EXAMPLES)
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--long-sides",
    default="as they are,512,1024",
    show_default=True,
    help="Long sides in pixels to which photos are scaled first, as JPEG.",
)
@click.option("--sample", type=click.IntRange(1), default=200, show_default=True, help="Photos for the loop.")
@click.option("--many", is_flag=True, help="Compare --faces all on large pictures of many faces instead.")
def main(photos: Path, long_sides: str, sample: int, many: bool) -> None:
    """Compares speed and faces found on PHOTOS.

    Ours is the whole command, from starting Python to faces.npz and the report, on all photos, with its filters off,
    since the loop has none. The loop reads and searches a sample, one photo after the other. Its largest face is then
    looked for among ours: the same if the boxes share more than 0.6 of their union, lost if we found none in the
    photo and it is larger than 1/12 of the photo's long side.

    With --many: a panorama with four faces, 7680x1280 and half as large, and a sheet of 288 faces, made of PHOTOS;
    lost are faces of the mtcnn package's that none of ours overlaps by half.
    """
    if many:
        compare(photos)
        return
    print(ROW("long side", "loop", "pgkeras", "ratio", "same face", "lost", "memory"))
    for given in long_sides.split(","):
        with tempfile.TemporaryDirectory() as temporary:
            folder = photos
            if given.strip().isdigit():
                folder = Path(temporary, "photos")
                _scale(photos, folder, int(given))
            _compare(given.strip(), folder, Path(temporary), sample)


def _compare(title: str, folder: Path, temporary: Path, sample: int) -> None:
    files = find_photos([folder])
    ours_rate, ours = _crop(folder, temporary / "faces.npz", len(files))
    chosen = np.linspace(0, len(files) - 1, min(sample, len(files))).round().astype(int)
    loop_rate, loop = _loop({files[index].source: files[index].path for index in chosen})
    agree = sum(source in ours and overlap(face.box, ours[source]) > SAME for source, face in loop.items())
    lost = sum(source not in ours and face.part > LARGE for source, face in loop.items())
    speeds = f"{loop_rate:.1f}/s", f"{ours_rate:.1f}/s", f"{ours_rate / loop_rate:.1f}"
    same = f"{agree} of {len(loop)}, {agree / len(loop):.1%}"
    print(ROW(title, *speeds, same, lost, f"{_memory():.1f} GB"), flush=True)


def _scale(photos: Path, folder: Path, long_side: int) -> None:
    folder.mkdir()
    for file in tqdm(find_photos([photos]), desc=f"scaling to {long_side}", leave=False):
        photo = cv2.imread(str(file.path))
        factor = long_side / max(photo.shape[:2])
        scaled = cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{Path(file.source).stem}.jpg"), scaled, [cv2.IMWRITE_JPEG_QUALITY, 92])


def _crop(folder: Path, out: Path, number: int) -> tuple[float, dict[str, np.ndarray]]:
    """Photos per second, and the box of each photo's largest face."""
    command = [sys.executable, "preprocessing/crop_faces.py", str(folder), "--out", str(out), *NO_FILTERS]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    with np.load(out) as faces:
        return number / seconds, dict(zip(faces["sources"].tolist(), faces["boxes"], strict=True))


def _loop(photos: dict[str, Path]) -> tuple[float, dict[str, LoopFace]]:
    from mtcnn import MTCNN

    detector, found = MTCNN(), {}
    began = time.perf_counter()
    for source, path in tqdm(photos.items(), desc="loop", leave=False):
        photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        boxes = np.array([face["box"] for face in detector.detect_faces(photo)], float).reshape(-1, 4)
        if len(boxes):
            box = max(boxes, key=lambda box: box[2] * box[3])
            found[source] = LoopFace(box, max(box[2:]) / max(photo.shape[:2]))
    return len(photos) / (time.perf_counter() - began), found


def _memory() -> float:
    """Of the largest command so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2


if __name__ == "__main__":
    run(main)
