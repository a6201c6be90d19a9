"""Programs that Debian brings, and how to run them."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pgkeras.errors import UserError

FRAMEWORK_RESOURCES = Path("/usr/share/android-framework-res/framework-res.apk")

_PACKAGES = {
    "aapt2": "aapt",
    "apksigner": "apksigner",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "mvn": "maven",
    "zipalign": "zipalign",
}


def missing_packages() -> list[str]:
    """Debian packages of the programs that are not there."""
    missing = {package for program, package in _PACKAGES.items() if not shutil.which(program)}
    if not FRAMEWORK_RESOURCES.is_file():
        missing.add("android-framework-res")
    return sorted(missing)


def require_tools() -> None:
    """Checks that every program is there.

    Raises:
        UserError: if not; the line names the Debian packages to install.
    """
    packages = missing_packages()
    if packages:
        raise UserError(
            f"the APK needs programs that are not here; on Debian: apt-get install {' '.join(packages)} (as root)"
        )


def run_tool(*command: object) -> str:
    """Runs a program to its end.

    Args:
        command: its name and arguments.

    Returns:
        Its stdout.

    Raises:
        UserError: if it fails, with the first line that says why.
    """
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode:
        raise UserError(f"{command[0]}: {_reason((result.stderr + result.stdout).splitlines())}")
    return result.stdout


def _reason(lines: Sequence[str]) -> str:
    for line in lines:
        if "error" in line.lower() or "exception" in line.lower():
            return line.strip()
    return lines[0].strip() if lines else "failed without a word"
