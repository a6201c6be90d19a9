"""Times training steps of every Keras backend, each beside the others and beside what its convolutions alone take."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import click

from pgkeras.command_line import run

ROOT = Path(__file__).parents[1]
BACKENDS = ("tensorflow", "jax", "torch")
NETWORKS = ("quick-32", "quick-64", "paper-32")

EXAMPLES = """\b
Examples:
  python benchmarks/train_step.py
  python benchmarks/train_step.py --backends tensorflow,jax,torch --networks quick-32,quick-64,paper-32
  python benchmarks/train_step.py --fused-scale
"""


@click.command(epilog=EXAMPLES)
@click.option("--backends", default="tensorflow", show_default=True, help=f"Of {','.join(BACKENDS)}.")
@click.option("--networks", default="paper-32", show_default=True, help="Presets and their resolutions.")
@click.option("--fused-scale", is_flag=True, help="Also networks whose convolutions double and halve the sides.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Turns of each contender.")
def main(backends: str, networks: str, fused_scale: bool, rounds: int) -> None:
    """Times float32 and auto precision; of the paper's network on TensorFlow also a plain tf.function step.

    The contenders, a process for each backend, take turns; ratios are to the first of them and medians over the turns.
    A turn is as many steps as there are from one gradient penalty to the next. The floor is what the step's
    convolutions take, each by itself.
    """
    for network in networks.split(","):
        workers = {backend: _Worker(backend, network, fused_scale) for backend in backends.split(",")}
        contenders = [(backend, name) for backend, worker in workers.items() for name in worker.contenders]
        first = {each: workers[each[0]].ask(each[1], "step") for each in contenders}
        for backend, name in contenders:
            workers[backend].ask(name, "turn")
        seconds = {each: [] for each in contenders}
        for _ in range(rounds):
            for each in contenders:
                seconds[each].append(workers[each[0]].ask(each[1], "turn"))
        _print(network, workers, seconds, first)
        for worker in workers.values():
            worker.end()


class _Worker:
    """A process that runs steps on one backend when it is asked to."""

    def __init__(self, backend: str, network: str, fused_scale: bool) -> None:
        also = ["plain"] if backend == "tensorflow" and network.startswith("paper") else []
        also += ["fused"] if fused_scale else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.step_worker", network, *also],
            cwd=ROOT,
            env=os.environ | {"KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.batch_size, self.contenders = self._read()

    def ask(self, contender: str, what: str) -> float | None:
        """Seconds of its first "step", of a step in a "turn", or of its "floor" (None if that is unknown)."""
        print(json.dumps([contender, what]), file=self.process.stdin, flush=True)
        return self._read()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _read(self) -> object:
        line = self.process.stdout.readline()
        if not line:
            sys.exit(self.process.wait() or 1)
        return json.loads(line)


def _print(network: str, workers: dict[str, _Worker], seconds: dict, first: dict) -> None:
    base = next(iter(seconds.values()))
    print(f"{network}, batch {next(iter(workers.values())).batch_size}, medians of {len(base)}")
    print(f"{'':<32}{'s':>8}{'images/s':>10}{'ratio':>8}{'of floor':>10}{'first step, s':>15}")
    for (backend, name), measured in seconds.items():
        median, worker = statistics.median(measured), workers[backend]
        ratio = statistics.median(one / other for one, other in zip(base, measured, strict=True))
        floor = worker.ask(name, "floor")
        print(
            f"{backend + ' ' + name:<32}{median:>8.3f}{worker.batch_size / median:>10.1f}{ratio:>8.2f}"
            f"{'' if floor is None else f'{floor / median:.0%}':>10}{first[backend, name]:>15.1f}",
            flush=True,
        )


if __name__ == "__main__":
    run(main)
