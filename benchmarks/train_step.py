"""Times one WGAN-GP iteration of the paper's network: pgkeras against the same step written plainly, in one run."""

import time
from collections.abc import Callable

import click
import numpy as np

from pgkeras import ProgressiveConfig, UserError, build_discriminators, build_generators
from pgkeras.command_line import run
from pgkeras.schedule import Schedule
from pgkeras.training.plan import multiply_adds
from pgkeras.training.precision import Precision, fastest_precision
from pgkeras.training.state import TrainingState

# isort: split
import tensorflow as tf

from benchmarks.convolution_peak import KINDS, convolution_peak
from benchmarks.plain_gan import PlainGAN

# Convolution passes over the batch in one iteration, by kind. The discriminator judges reals, fakes, mixed images and
# the generator's fakes; the penalty adds an input gradient, and to its derivative a forward convolution, an input
# gradient and two filter gradients.
DISCRIMINATOR_PASSES = {"forward": 5, "input gradient": 5, "filter gradient": 4}
GENERATOR_PASSES = {"forward": 2, "input gradient": 1, "filter gradient": 1}

EXAMPLES = """\b
Example:
  python benchmarks/train_step.py
"""


@click.command(epilog=EXAMPLES)
@click.option("--resolution", type=int, default=32, show_default=True, help="Image side in pixels.")
@click.option("--batch-size", type=click.IntRange(min=1), default=16, show_default=True, help="Images per step.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Steps of each contender.")
def main(resolution: int, batch_size: int, rounds: int) -> None:
    """Times float32 and auto precision against a plain tf.function step in the same two precisions.

    The contenders take turns, a step each; ratios are medians over the rounds. The convolution kernels' own speed
    says how fast a step could be if it did nothing else.
    """
    config = ProgressiveConfig(resolution=resolution, batch_size=batch_size)
    auto = fastest_precision()
    if auto == "float32":
        raise UserError("--precision auto is float32 on this machine: there is nothing to compare")
    reals = tf.random.uniform((batch_size, resolution, resolution, config.channels), -1, 1, seed=0)
    contenders = {
        "pgkeras float32": _pgkeras_step(config, "float32"),
        f"pgkeras {auto} (auto)": _pgkeras_step(config, auto),
        "plain float32": tf.function(PlainGAN(config, "float32").train_step),
        f"plain {auto}": tf.function(PlainGAN(config, f"mixed_{auto}").train_step),
    }
    first = {name: _seconds(step, reals) for name, step in contenders.items()}
    for step in contenders.values():
        _seconds(step, reals)
    seconds = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, step in contenders.items():
            seconds[name].append(_seconds(step, reals))
    peaks = {
        policy: convolution_peak(
            dtype, batch_size=batch_size, side=resolution, channels=config.feature_maps(resolution)
        )
        for policy, dtype in (("float32", tf.float32), (auto, tf.as_dtype(auto)))
    }

    operations = _operations(config)
    base = np.array(seconds["pgkeras float32"])
    print(f"one WGAN-GP iteration at {resolution}x{resolution}, batch {batch_size}, medians of {rounds}")
    print(f"{'':<32}{'s':>8}{'images/s':>10}{'x float32':>11}{'of floor':>10}{'first step, s':>15}")
    for name, measured in seconds.items():
        median = float(np.median(measured))
        floor = _floor(operations, peaks[auto if auto in name else "float32"])
        ratio = float(np.median(base / measured))
        print(
            f"{name:<32}{median:>8.2f}{batch_size / median:>10.2f}{ratio:>11.2f}{floor / median:>10.0%}"
            f"{first[name]:>15.1f}"
        )
    print("\nconvolution kernels alone, TFLOP/s (3x3, the same images and channels)")
    for policy, peak in peaks.items():
        speeds = "  ".join(f"{kind} {peak[kind] / 1e12:.2f}" for kind in KINDS)
        print(f"{policy:<32}{speeds}  floor of a step {_floor(operations, peak):.2f} s")


def _pgkeras_step(config: ProgressiveConfig, precision: Precision) -> Callable[[tf.Tensor], tf.Tensor]:
    state = TrainingState(config, precision)
    schedule = Schedule.from_config(config)
    phase = schedule.phases[-1]
    state.follow_learning_rates(schedule.at(schedule.images))
    gan = state.gan(phase)
    return tf.function(lambda reals: gan.train_step(reals)["generator_loss"], autograph=False)


def _seconds(step: Callable[[tf.Tensor], tf.Tensor], reals: tf.Tensor) -> float:
    began = time.perf_counter()
    step(reals).numpy()
    return time.perf_counter() - began


def _operations(config: ProgressiveConfig) -> dict[str, float]:
    """Operations in the convolutions of one iteration, by kind."""
    batch_size = config.at_resolution("batch_size", config.resolution)
    discriminator = multiply_adds(build_discriminators(config)[config.resolution].straight)
    generator = multiply_adds(build_generators(config)[config.resolution].straight)
    return {
        kind: 2 * batch_size * (discriminator * DISCRIMINATOR_PASSES[kind] + generator * GENERATOR_PASSES[kind])
        for kind in KINDS
    }


def _floor(operations: dict[str, float], peak: dict[str, float]) -> float:
    """Seconds of a step that did nothing but its convolutions, each as fast as measured alone."""
    return sum(operations[kind] / peak[kind] for kind in KINDS)


if __name__ == "__main__":
    run(main)
