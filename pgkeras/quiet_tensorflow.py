"""Imports TensorFlow's runtime without its start-up chatter.

TensorFlow's wheels print a dozen lines about CUDA to stderr on machines without a GPU, some of them before any
log level is read. Set TF_CPP_MIN_LOG_LEVEL yourself to see everything.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_start() -> Iterator[None]:
    """Sends the C++ runtime's stderr to nowhere for the block, unless the user set a log level."""
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        del os.environ["TF_CPP_MIN_LOG_LEVEL"]  # TensorFlow has read it; child processes shall not take it for the user's
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
