"""Whether a discriminator knows photos by heart: its scores of training and held-out photos and generated images."""

from pathlib import Path

import click
import numpy as np

from pgkeras.command_line import run
from pgkeras.errors import UserError
from pgkeras.evaluation.candidates import find_candidate
from pgkeras.evaluation.image_sources import ImageSource, Stored
from pgkeras.evaluation.reals import open_reals
from pgkeras.runs.discriminator import load_discriminator
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.generator_files import list_generators

IMAGES = 256
ROW = "{:<18}{:>8}{:>10}".format
EXAMPLES = """\b
Example:
  python benchmarks/memorization.py runs/00000-faces-64
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
def main(run_folder: Path) -> None:
    """Prints the scores that RUN's discriminator gives 256 images of each kind, at the resolution trained last.

    The last line is the share of its lead over the generator that it loses on held-out photos, r_v of StyleGAN2-ADA
    (arXiv 2006.06676, section 3): 0 if it knows no photo by heart, 1 if it takes held-out ones for generated.
    """
    folder, description = RunFolder.open(run_folder)
    side = max(list_generators(folder.generators), default=description.config.resolution)
    discriminator = load_discriminator(run_folder, side)
    reals = open_reals(run_folder, None, "refuse", side)
    if not reals.held_out:
        raise UserError(f"{run_folder}: holds no images out; train with --holdout 0.2")
    batch_size = description.config.at_resolution("batch_size", side)
    print(ROW("", "score", "deviation"))
    means = []
    for kind, source in {
        "training photos": Stored(reals.training, side),
        "held-out photos": Stored(reals.dataset, side),
        "generated": find_candidate(run_folder, side, "refuse").open(),
    }.items():
        scores = discriminator.predict(_images(source), batch_size=batch_size, verbose=0)
        means.append(scores.mean())
        print(ROW(kind, f"{scores.mean():.2f}", f"{scores.std():.2f}"))
    training, held_out, generated = means
    print(f"lead lost on held-out photos: {(training - held_out) / (training - generated):.0%}")


def _images(source: ImageSource) -> np.ndarray:
    """float32 in [-1, 1]."""
    images = np.concatenate(list(source.batches(min(IMAGES, source.available or IMAGES))))
    return images.astype("float32") / 127.5 - 1


if __name__ == "__main__":
    run(main)
