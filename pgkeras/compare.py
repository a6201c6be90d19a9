"""The command line that compares runs: `pgkeras compare runs/00000-faces-64 runs/00001-faces-64`."""

from pathlib import Path

import click

from pgkeras.command_line import PicturePath, command, run
from pgkeras.errors import UserError
from pgkeras.evaluation.names import parse_names
from pgkeras.evaluation.options import measuring_options

EXAMPLES = """\b
Examples:
  pgkeras compare runs/00000-faces-32 runs/00001-faces-32 --out progressive_and_dcgan.png
  pgkeras compare runs/* --metrics swd --json comparison.json
"""


@command(epilog=EXAMPLES)
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="RUN RUN ...")
@measuring_options
@click.option(
    "--out",
    type=PicturePath(),
    default="comparison.png",
    show_default=True,
    help="Picture of the metric over time, and of samples.",
)
def main(runs: tuple[Path, ...], metrics: str, **options: object) -> None:
    """Compares runs: the same metrics against the same real images.

    Images of runs with a larger resolution are shrunk to the smallest one. A table shows the runs' ends; the picture
    shows the first metric at those snapshots that make images of the final resolution, over minutes of training.
    """
    if len(runs) < 2:
        raise UserError(f"{runs[0]}: to compare it, give another run; evaluate measures a single one")
    names = parse_names(metrics)
    from pgkeras.evaluation.compare import compare

    compare(runs, metrics=names, **options)


if __name__ == "__main__":
    run(main)
