"""Runs the models as the page will, before anyone sees it."""

import re
import subprocess
from pathlib import Path

from pgkeras.errors import UserError

_PROGRAM = Path(__file__).with_name("check.mjs")


def check_models(site: Path) -> None:
    """Draws the goldens in Node.js with the site's own code and WebAssembly.

    Args:
        site: with the runtime, not yet packed; below a package.json that has Node.js take its scripts for modules.

    Raises:
        UserError: if the runtime cannot hold a model, or draws other pictures.
    """
    result = subprocess.run(["node", _PROGRAM, site], capture_output=True, text=True, check=False)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["the models could not be checked"]
        telling = (line for line in lines if re.match(r"\w*Error\b", line))  # with Node.js's own, its stack follows
        raise UserError(next(telling, lines[-1])[:300])
