"""The packages of package.json, by npm."""

import re
import shutil
import subprocess
from pathlib import Path

from pgkeras.errors import UserError

SOURCES = Path(__file__).parent
LOCK = "package-lock.json"
OLDEST_NODE = 16  # those before lack WebAssembly's SIMD, or do not read the page's scripts


def install_packages(work: Path) -> Path:
    """Installs the locked versions; npm checks them against the lock's digests and runs none of their scripts.

    Args:
        work: an empty folder, which becomes an npm project.

    Returns:
        The packages' folder.

    Raises:
        UserError: if npm or Node.js is missing or too old, or npm cannot get the packages.
    """
    programs = {name: shutil.which(name) for name in ("node", "npm")}
    for name, path in programs.items():
        if not path:
            raise UserError(
                f"{name} is not here, and the page's runtime comes by npm; on Debian: apt-get install npm (as root)"
            )
    found = subprocess.run([programs["node"], "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not (major := re.match(r"v(\d+)", found)) or int(major[1]) < OLDEST_NODE:
        raise UserError(
            f"{programs['node']} is Node.js {found or 'of no version'}, and the page needs {OLDEST_NODE} or later: "
            "https://nodejs.org"
        )
    for name in ("package.json", LOCK):
        shutil.copyfile(SOURCES / name, work / name)
    command = [
        programs["npm"],  # on Windows npm.CMD, which is not found by the name npm
        "ci",
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
    ]
    result = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if result.returncode:
        raise UserError(f"npm: {_reason(result.stderr)[:300]}; check the network, or `npm config get registry`")
    return work / "node_modules"


def _reason(output: str) -> str:
    """What npm says beside the error's code and the place of its log."""
    lines = [
        re.sub(r"^npm (ERR!|error)\s*", "", line).strip() for line in output.splitlines() if "npm e" in line.lower()
    ]
    telling = [
        line for line in lines if line and not re.match(r"(code|errno|syscall|A complete log|Log files)\b", line)
    ]
    return next(iter(telling or lines), "failed without a word")
