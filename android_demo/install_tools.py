"""Installs the programs that build the app, where that is allowed: `python android_demo/install_tools.py`."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from android_demo.apk.tools import missing_packages, require_tools
from pgkeras.command_line import command, run


@command()
def main() -> None:
    """Installs the Debian packages that build_apk.py needs and that are not here yet, as root or through sudo."""
    install(missing_packages())
    require_tools()


def install(packages: Sequence[str]) -> None:
    """Installs Debian packages where this user may do so; elsewhere nothing happens.

    Args:
        packages: their names.
    """
    apt_get = _apt_get()
    if packages and apt_get:
        print(f"installing {' '.join(packages)}", flush=True)
        for command in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *packages]):
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run([*apt_get, *command], check=False, stdout=subprocess.DEVNULL, env=environment)


def _apt_get() -> list[str] | None:
    """The command, or None where this user may install nothing."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    return ["sudo", "--non-interactive", "apt-get"] if shutil.which("sudo") else None


if __name__ == "__main__":
    run(main)
