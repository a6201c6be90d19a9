"""Exported models against Keras's own export of the same generator, in one run: sizes and latency."""

import sys

sys.path.pop(0)  # this folder, in which this file hides the package of the same name

import export  # noqa: F401 (before Keras: it starts TensorFlow without its chatter)  # isort: skip

import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import click
import keras
import numpy as np
import tensorflow as tf

from export.convert import convert
from export.inference_graph import inference_graph
from export.int8 import Int8Converter
from pgkeras import ProgressiveConfig, build_generators
from pgkeras.command_line import run
from pgkeras.latents import latents_from_seeds
from pgkeras.quiet_tensorflow import quiet_stderr

ROW = "{:>26}  {:>8}  {:>6}  {:>9}  {:>14}".format
KERAS = 'model.export("litert")'
EXAMPLES = """\b
Example:
  python benchmarks/export.py --resolution 256
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--resolution",
    "resolutions",
    type=click.IntRange(4, 1024),
    multiple=True,
    default=(64, 256),
    show_default=True,
    help="Of the paper's generator, with random weights; may be repeated.",
)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True, help="Of the interpreter.")
@click.option("--rounds", type=click.IntRange(min=1), default=20, show_default=True, help="In which all take turns.")
def main(resolutions: tuple[int, ...], threads: int, rounds: int) -> None:
    """Prints each variant's size and median latency, and how they compare with Keras's export.

    All run in TensorFlow's interpreter, which alone has the Flex operators of Keras's export.
    """
    for resolution in resolutions:
        keras.utils.set_random_seed(0)
        generator = build_generators(ProgressiveConfig(resolution=resolution))[resolution].straight
        models = _models(generator)
        latent = latents_from_seeds([0], generator.inputs[0].shape[-1])
        milliseconds = _in_turns([_runner(model, latent, threads) for model in models.values()], rounds)
        print(f"{resolution}x{resolution}, {generator.count_params() / 1e6:.1f} M parameters, {threads} threads")
        print(ROW("", "MB", "size", "ms", "times as fast"))
        for (name, model), each in zip(models.items(), milliseconds, strict=True):
            size = len(model) / len(models[KERAS])
            print(
                ROW(name, f"{len(model) / 1e6:.2f}", f"{size:.3f}", f"{each:.2f}", f"{milliseconds[0] / each:.2f}"),
                flush=True,
            )


def _models(generator: keras.Model) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder, quiet_stderr(), warnings.catch_warnings(action="ignore"):
        path = Path(folder) / "keras.tflite"
        generator.export(path, format="litert", verbose=False)
        models = {KERAS: path.read_bytes()}
    graph = inference_graph(generator)
    models |= {kind: convert(graph, kind, kind) for kind in ("float32", "float16", "dynamic")}
    return models | {"int8": Int8Converter(graph, "int8").convert()}


def _runner(model: bytes, latent: np.ndarray, threads: int) -> Callable[[], None]:
    with quiet_stderr(), warnings.catch_warnings(action="ignore"):
        interpreter = tf.lite.Interpreter(model_content=model, num_threads=threads)
        (given,) = interpreter.get_input_details()
        interpreter.resize_tensor_input(given["index"], latent.shape)
        interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], latent)
    return interpreter.invoke


def _in_turns(runners: list[Callable[[], None]], rounds: int) -> list[float]:
    """Median milliseconds of each, whatever else the machine does meanwhile: all have the same share of it."""
    for run_once in runners:
        run_once()
    times = np.zeros((rounds, len(runners)))
    for row in times:
        for index, run_once in enumerate(runners):
            began = time.perf_counter()
            run_once()
            row[index] = (time.perf_counter() - began) * 1e3
    return np.median(times, axis=0).tolist()


if __name__ == "__main__":
    run(main)
