"""The options of the command lines that measure: against what, by which metrics, and where the values go."""

from collections.abc import Callable
from pathlib import Path

import click

from pgkeras.data.options import fit_option
from pgkeras.evaluation.names import DEFAULTS, NAMES

OPTIONS = (
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Real images, of any format of train.  [default: those that were held out, or else trained on]",
    ),
    fit_option,
    click.option("--metrics", default=",".join(DEFAULTS), show_default=True, help=f"Which of {', '.join(NAMES)}."),
    click.option(
        "--num-images",
        type=click.IntRange(min=2),
        default=16384,
        show_default=True,
        help="How many real and generated images, at most; the default is the paper's.",
    ),
    click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the values to this file."),
)


def measuring_options(command: Callable) -> Callable:
    """Gives a click command --data, --fit, --metrics, --num-images and --json.

    Args:
        command: with parameters `data`, `fit`, `metrics`, `num_images` and `json_path`.
    """
    for option in reversed(OPTIONS):
        command = option(command)
    return command
