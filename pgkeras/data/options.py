"""The option of all command lines that open data."""

from collections.abc import Callable
from typing import get_args

import click

from pgkeras.config import Fit


def fit_option(command: Callable) -> Callable:
    """Gives a click command the option --fit, for data that are not square.

    Args:
        command: with a parameter `fit`.
    """
    return click.option(
        "--fit",
        type=click.Choice(get_args(Fit)),
        default="refuse",
        show_default=True,
        help="What to do with images that are not square: refuse them, crop their centre, or pad them with black.",
    )(command)
