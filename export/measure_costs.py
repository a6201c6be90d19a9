"""The program that `costs.py` runs for each model: `measure_costs.py THREADS MODEL` prints JSON.

A model's memory is the growth of a process that has loaded the runtime and nothing else.
"""

import json
import re
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import psutil
from ai_edge_litert.interpreter import Interpreter

WARM_UP = 2
MOST_IMAGES = 50
SECONDS = 2.0


def peak_memory() -> int:
    """Of this process so far, in bytes."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    if sys.platform == "linux":  # whose ru_maxrss begins with the peak of the process that started this one
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(path: Path, threads: int) -> dict[str, float]:
    """Latency, first load and memory of one model, in this process.

    Args:
        path: a .tflite file with a signature `serving_default`.
        threads: of the interpreter.
    """
    before = peak_memory()
    began = time.perf_counter()
    run = Interpreter(model_path=str(path), num_threads=threads).get_signature_runner("serving_default")
    inputs = run.get_input_details()
    random = np.random.RandomState(0)
    given = {"latent": random.randn(*inputs["latent"]["shape"]).astype(np.float32)}
    if "label" in inputs:
        given["label"] = np.eye(1, inputs["label"]["shape"][1], dtype=np.float32)
    run(**given)
    first_load = time.perf_counter() - began
    for _ in range(WARM_UP):
        run(**given)
    times = []
    end = time.perf_counter() + SECONDS
    while len(times) < MOST_IMAGES and (len(times) < 3 or time.perf_counter() < end):
        began = time.perf_counter()
        run(**given)
        times.append(time.perf_counter() - began)
    grown = peak_memory() - before
    return {
        "latency_ms": round(statistics.median(times) * 1e3, 3),
        "first_load_ms": round(first_load * 1e3, 2),
        "peak_memory_mb": round(grown / 1e6, 2),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[2]), int(sys.argv[1]))))
