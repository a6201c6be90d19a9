"""Imports TensorFlow's runtime without its start-up chatter.

TensorFlow's wheels print a dozen lines about CUDA to stderr on machines without a GPU, some of them before any
log level is read. Set TF_CPP_MIN_LOG_LEVEL yourself to see everything.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FATAL_ONLY = "3"


@contextmanager
def quiet_start() -> Iterator[None]:
    """Sends the C++ runtime's stderr to nowhere for the block, unless the user set another log level."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", FATAL_ONLY) != FATAL_ONLY:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
