"""Runs the models as the page will, before anyone sees it."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from export.web.runtime import GLUE, WASM
from pgkeras.errors import UserError

_PROGRAM = Path(__file__).with_name("check.mjs")


def check_models(work: Path, site: Path, models: Sequence[Path]) -> None:
    """Draws the goldens in Node.js with the site's own code and the same WebAssembly.

    Args:
        work: folder with the runtime's packages.
        site: in `work`, so that Node.js takes its scripts for modules.
        models: their files.

    Raises:
        UserError: if the runtime cannot hold a model, or draws other pictures.
    """
    wasm = work / "node_modules" / "@litertjs" / "core" / "wasm"
    command = ["node", _PROGRAM, site, wasm / GLUE, wasm / WASM]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise UserError((result.stderr.strip().splitlines() or ["the models could not be checked"])[-1][:300])
