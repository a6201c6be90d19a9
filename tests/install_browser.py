"""Installs the browser that the tests of pages use, where that is allowed: `python -m tests.install_browser`."""

import click

from android_demo.install_tools import install
from pgkeras.command_line import run
from pgkeras.errors import UserError
from tests.browser import find_chromium

PACKAGE = "chromium"


@click.command()
def main() -> None:
    """Installs Debian's Chromium if no browser is here yet, as root or through sudo."""
    if not find_chromium():
        install([PACKAGE])
    if not find_chromium():
        raise UserError(f"the tests of pages need a browser; on Debian: apt-get install {PACKAGE} (as root)")


if __name__ == "__main__":
    run(main)
