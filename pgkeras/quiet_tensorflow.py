"""Silence from TensorFlow's C++ parts, which print to stderr whatever the log level.

TensorFlow's wheels print a dozen lines about CUDA on machines without a GPU, some of them before any log level is
read; its converter and interpreter print progress. Set TF_CPP_MIN_LOG_LEVEL yourself to see what it says at its start.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FATAL_ONLY = "3"


@contextmanager
def quiet_start() -> Iterator[None]:
    """For the import of TensorFlow: silences it, unless the user set another log level."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", FATAL_ONLY) != FATAL_ONLY:
        yield
        return
    with quiet_stderr():
        yield


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Sends the whole process's stderr to nowhere for the block; exceptions still carry their messages."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
