"""One step of every loss from given numbers, on the backend of KERAS_BACKEND."""

import sys
from collections.abc import Iterator
from itertools import product

import keras
import numpy as np

from pgkeras import ProgressiveConfig
from pgkeras.losses import LOSSES
from pgkeras.schedule import Schedule
from pgkeras.training.state import TrainingState

BATCH_SIZE = 8
CLASSES = 3
CASES = [
    *product(LOSSES, ("straight",), ("plain",)),
    *product(LOSSES, ("fade-in",), ("labels and augmentation",)),
    *product(("wgan-gp", "non-saturating"), ("fade-in",), ("labels", "augmentation")),
]


def name(case: tuple[str, str, str]) -> str:
    return ", ".join(case)


def config(loss: str, extras: str) -> ProgressiveConfig:
    """Adam divides by the gradient's size, so that rounding counts where there is next to none: a large epsilon."""
    options = {"label_size": CLASSES} if "labels" in extras else {}
    if "augmentation" in extras:
        options |= {"augmentation": "bgc,colour,translation,cutout", "augmentation_probability": 0.7}
    return ProgressiveConfig(
        resolution=8,
        fmap_max=12,
        latent_size=10,
        batch_size=BATCH_SIZE,
        straight_kimg=1,
        fade_in_kimg=1,
        loss=loss,
        adam_epsilon=0.001,
        precision="float32",
        **options,
    )


def drawn_by_numpy() -> None:
    """Gives all backends the same random numbers."""
    random = np.random.default_rng(0)

    def draw(sample):
        return lambda shape, *bounds, seed, **named: keras.ops.convert_to_tensor(sample(shape, *bounds, **named))

    def uniform(shape, minval=0.0, maxval=1.0):
        return random.uniform(minval, maxval, shape).astype(np.float32)

    keras.random.normal = draw(lambda shape: random.normal(size=shape).astype(np.float32))
    keras.random.uniform = draw(uniform)
    keras.random.randint = draw(lambda shape, minval, maxval: random.integers(minval, maxval, shape).astype(np.int32))


def step(loss: str, phase: str, extras: str) -> Iterator[tuple[str, np.ndarray]]:
    """The values of a step, and the weights after it."""
    state = TrainingState(config(loss, extras), "float32")
    random = np.random.default_rng(1)
    weights = {
        name: variable
        for name, variable in state.variables().items()
        if name.startswith(("generator/", "discriminator/", "ema_generator/"))
    }
    for variable in weights.values():
        variable.assign(random.normal(size=variable.shape).astype(np.float32))
    schedule = Schedule.from_config(state.config)
    state.follow_learning_rates(schedule.at(0))
    gan = state.gan(schedule.phases[1 if phase == "fade-in" else 2])
    gan.set_alpha(0.3)
    reals = random.uniform(-1, 1, (BATCH_SIZE, 8, 8, 3)).astype(np.float32)
    labels = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, BATCH_SIZE)]
    drawn_by_numpy()
    values = gan.train_on([(reals, labels if "labels" in extras else None)])
    yield from ((f"values/{name}", np.float32(value)) for name, value in values.items())
    yield from ((f"weights/{name}", np.array(variable)) for name, variable in weights.items())


if __name__ == "__main__":
    found = {f"{name(case)}/{key}": array for case in CASES for key, array in step(*case)}
    np.savez(sys.argv[1], **found)
