"""What models cost on this machine: measured by the runtime alone, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pgkeras.errors import UserError

PROGRAM = Path(__file__).with_name("measure_costs.py")


class Costs(BaseModel):
    """Of one model, one image at a time.

    Attributes:
        latency_ms: median of the images after the first.
        first_load_ms: from the file, in the page cache, to the first image.
        peak_memory_mb: by which the process grew, the file included, in units of 1,000,000 bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_ms: float
    first_load_ms: float
    peak_memory_mb: float


def require_runtime() -> None:
    """Makes sure, before any long work, that models can be measured.

    Raises:
        UserError: if ai-edge-litert is missing.
    """
    if find_spec("ai_edge_litert") is None:
        raise UserError("ai_edge_litert, which measures the models, is missing; pip install ai-edge-litert")


def measure_costs(models: Sequence[Path], threads: int) -> list[Costs]:
    """Opens and runs each model with ai-edge-litert.

    Args:
        models: .tflite files.
        threads: of the interpreter.

    Raises:
        UserError: if a model does not run.
    """
    return [_measure(path, threads) for path in models]


def _measure(path: Path, threads: int) -> Costs:
    finished = subprocess.run([sys.executable, str(PROGRAM), str(threads), str(path)], capture_output=True, text=True)
    if finished.returncode:
        lines = finished.stderr.strip().splitlines() or ["no reason given"]
        raise UserError(f"the costs of {path.name} cannot be measured: {lines[-1][:200]}")
    return Costs(**json.loads(finished.stdout))
