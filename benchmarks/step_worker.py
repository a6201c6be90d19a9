"""One backend's contenders of `train_step.py`, in a process of their own, a step at a time.

Requests come as lines of JSON on stdin, [contender, "step", "turn" or "floor"]; answers are seconds.
"""

import json
import sys
import time
from collections.abc import Callable

import keras
import numpy as np

from benchmarks import convolution_kernels
from pgkeras import ProgressiveConfig
from pgkeras.backends import backend
from pgkeras.layers import EqualizedConv2D
from pgkeras.presets import PRESETS
from pgkeras.schedule import Schedule
from pgkeras.training.precision import POLICIES, Precision, fastest_precision
from pgkeras.training.state import TrainingState


def main(network: str, with_plain: bool, with_fused: bool) -> None:
    """Answers requests until stdin ends.

    Args:
        network: preset and resolution: "quick-32".
        with_plain: also time the step as a tutorial would write it, which is written for TensorFlow.
        with_fused: also time the network whose convolutions scale, of which no floor is known.
    """
    preset, _, resolution = network.rpartition("-")
    config = PRESETS[preset]().model_copy(update={"resolution": int(resolution)})
    precisions = list(dict.fromkeys(("float32", fastest_precision())))
    steps = {f"pgkeras {precision}": (precision, _step(config, precision)) for precision in precisions}
    if with_fused:
        fused = config.model_copy(update={"fused_scale": True})
        steps |= {f"fused {precision}": (precision, _step(fused, precision)) for precision in precisions}
    if with_plain:
        steps |= {f"plain {precision}": (precision, _plain_step(config, precision)) for precision in precisions}
    _answer([len(_reals(config)), list(steps)])
    for line in sys.stdin:
        name, wanted = json.loads(line)
        precision, step = steps[name]
        if wanted == "floor":
            _answer(None if name.startswith("fused") else _floor(config, precision))
        else:
            _answer(_seconds(step, config.penalty_interval if wanted == "turn" else 1))


def _answer(value: object) -> None:
    print(json.dumps(value), flush=True)


def _reals(config: ProgressiveConfig) -> np.ndarray:
    side = config.resolution
    shape = (int(config.at_resolution("batch_size", side)), side, side, config.channels)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def _step(config: ProgressiveConfig, precision: Precision) -> Callable[[], None]:
    state = TrainingState(config, precision, DEVICES)
    schedule = Schedule.from_config(config)
    state.follow_learning_rates(schedule.at(schedule.images))
    gan, reals = state.gan(schedule.phases[-1]), _reals(config)
    return lambda: gan.train_on([(reals, None)])


def _plain_step(config: ProgressiveConfig, precision: Precision) -> Callable[[], None]:
    import tensorflow as tf

    from benchmarks.plain_gan import PlainGAN

    step, reals = tf.function(PlainGAN(config, POLICIES[precision]).train_step), tf.constant(_reals(config))
    return lambda: step(reals).numpy()


def _seconds(step: Callable[[], None], number: int) -> float:
    """Of one step, on average."""
    began = time.perf_counter()
    for _ in range(number):
        step()
    return (time.perf_counter() - began) / number


def _floor(config: ProgressiveConfig, precision: Precision) -> float:
    """Seconds of a step that did nothing but its convolutions, each as fast as alone.

    The discriminator judges reals, fakes and the generator's fakes; the penalty adds a forward convolution and an input
    gradient, and to their derivative another of each and two filter gradients.
    """
    dtype = keras.DTypePolicy(POLICIES[precision]).compute_dtype
    penalties = 1 / config.penalty_interval
    discriminator = {
        "forward": 3 + 2 * penalties,
        "input gradient": 3 + 2 * penalties,
        "filter gradient": 2 + 2 * penalties,
    }
    generator = {"forward": 2, "input gradient": 1, "filter gradient": 1}
    state = TrainingState(config, precision, DEVICES)
    networks = (
        (state.generators[config.resolution].straight, generator),
        (state.discriminators[config.resolution].straight, discriminator),
    )
    batch_size = int(config.at_resolution("batch_size", config.resolution))
    return sum(
        passes[kind] * convolution_kernels.seconds(kind, (batch_size, *_shape(layer)), dtype)
        for network, passes in networks
        for layer in network.layers
        if isinstance(layer, EqualizedConv2D)
        for kind in convolution_kernels.KINDS
    )


def _shape(layer: EqualizedConv2D) -> tuple[int, int, int, int]:
    size, _, channels, filters = layer.kernel.shape
    return layer.output.shape[1], size, channels, filters


if __name__ == "__main__":
    DEVICES = backend.choose_devices(1)
    main(sys.argv[1], with_plain="plain" in sys.argv[2:], with_fused="fused" in sys.argv[2:])
