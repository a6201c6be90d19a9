"""Which distance finds faces best: of pixels, of the pyramid, of the pyramid and features."""

import benchmarks  # noqa: F401 (before Keras: it starts TensorFlow without its chatter)  # isort: skip

import time
from pathlib import Path

import click
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from benchmarks.face_network import Seen
from pgkeras.command_line import PicturePath, run
from pgkeras.errors import UserError
from pgkeras.evaluation.image_sources import Stored
from pgkeras.evaluation.reals import open_reals
from pgkeras.images import enlarge, grid, write_png
from pgkeras.projection.distance import Distance, difference, pyramid_distance
from pgkeras.projection.features import feature_distance, nearest_to_the_eye
from pgkeras.projection.search import project
from pgkeras.runs.generators import choose_generator, load_generator
from pgkeras.sampling import sample

GENERATED, HELD_OUT = 32, 10
FIRST_SEED = 1000  # of the generated images: none of those that the search begins with
FOUND = 5  # grey levels
ROW = "{:>20}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>7}".format
EXAMPLES = """\b
Example:
  python benchmarks/projection.py runs/00000-faces-64 --out projection.png
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--generator", type=click.Path(path_type=Path), help="A .keras file.  [default: the run's largest]")
@click.option("--out", type=PicturePath(), help="Also draw a .png of the held-out crops and what each distance finds.")
def main(run_folder: Path, generator: Path | None, out: Path | None) -> None:
    """Looks for 32 images that RUN's generator made and 10 crops that the run held out.

    found counts the generated images whose pixels are off by 5 grey levels or less (RMS); features and face are mean
    cosine distances between what EfficientNet-Lite0 at the depths of the third distance, and MTCNN's last network,
    which has no part in any, see in crops and faces found.
    """
    model = load_generator(generator or choose_generator(run_folder, None))
    side, channels = model.output_shape[2:]
    reals = open_reals(run_folder, None, "refuse", side)
    if not reals.held_out:
        raise UserError(f"{run_folder}: holds no images out; train with --holdout 0.2")
    crops = np.concatenate(list(Stored(reals.dataset, side).batches(HELD_OUT)))
    generated = sample(model, GENERATED, FIRST_SEED)
    seen = feature_distance(side, channels)
    pictures = [crops]
    print(ROW("", "generated", "RMS", "held-out", "features", "face", "seconds"))
    print(ROW("", "found", "mean", "RMS", "", "", ""))
    for name, distance in {
        "pixels": Distance(_pixels),
        "pyramid": pyramid_distance(side),
        "pyramid and features": nearest_to_the_eye(side, channels),
    }.items():
        begun = time.perf_counter()
        errors = np.array([each.error for each in project(model, generated, distance)])
        seconds = time.perf_counter() - begun
        projections = project(model, crops, distance)
        images = np.stack([each.image for each in projections])
        pictures.append(images)
        rms = np.mean([each.error for each in projections])
        features = float(np.mean(ops.convert_to_numpy(seen.between(*map(_as_drawn, (images, crops))))))
        face = Seen([images]).cosine(Seen([crops]))
        numbers = (f"{errors.mean():.2f}", f"{rms:.1f}", f"{features:.3f}", f"{face:.3f}", f"{seconds:.0f}")
        print(ROW(name, f"{(errors <= FOUND).sum()}", *numbers), flush=True)
    if out:
        write_png(out, enlarge(grid(np.concatenate(pictures), HELD_OUT), -(-128 // side)))


def _pixels(drawn: Tensor, wanted: Tensor) -> Tensor:
    return ops.mean(ops.abs(difference(drawn, wanted)), axis=(1, 2, 3))


def _as_drawn(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1


if __name__ == "__main__":
    run(main)
