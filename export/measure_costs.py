"""The program that `costs.py` runs: `measure_costs.py THREADS MODEL...` prints JSON.

It imports the runtime once and then forks for each model, so that a model's memory is the growth of a small process,
and its first load is not the import of Python packages.
"""

import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

WARM_UP = 2
MOST_IMAGES = 50
SECONDS = 2.0
# Of ru_maxrss: kilobytes, but on macOS bytes.
UNIT = 1 if sys.platform == "darwin" else 1024


def measure(path: Path, threads: int) -> dict[str, float]:
    """Latency, first load and memory of one model, in this process.

    Args:
        path: a .tflite file with a signature `serving_default`.
        threads: of the interpreter.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
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
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "latency_ms": round(statistics.median(times) * 1e3, 3),
        "first_load_ms": round(first_load * 1e3, 2),
        "peak_memory_mb": round(grown * UNIT / 1e6, 2),
    }


def measure_in_child(path: Path, threads: int) -> dict[str, float]:
    """The same, in a process that begins with the runtime loaded and nothing else.

    Args:
        path: a .tflite file.
        threads: of the interpreter.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            json.dump(measure(path, threads), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        raise SystemExit(f"{path.name} does not run")
    return json.loads(text)


if __name__ == "__main__":
    print(json.dumps([measure_in_child(Path(path), int(sys.argv[1])) for path in sys.argv[2:]]))
