"""The train command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.command_lines import ROOT


def start(*arguments: object, environment: Mapping[str, str] | None = None) -> subprocess.Popen:
    """Starts `python -m pgkeras.train`; its output is piped, as text.

    PyTorch has one thread: where processors are shared with other work, two wait for each other.

    Args:
        arguments: of the command line.
        environment: variables added to this process's own.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "pgkeras.train", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
