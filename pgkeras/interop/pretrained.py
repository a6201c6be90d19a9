"""From named arrays to networks that carry them."""

import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np
from pydantic import ValidationError

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.networks import StagePair

Config = TypeVar("Config", bound=ProgressiveConfig)
Pairs = dict[int, StagePair]
LayerWeights = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Kernel and bias, as Keras stores them, by the name of their layer."""


@dataclass(frozen=True)
class PretrainedNetworks:
    """Networks that others trained, each a StagePair by resolution.

    Where training was when they were saved, the pairs' `alpha` says: 1 at resolutions that had faded in, 0 at those
    to come.

    Attributes:
        generators: as `build_generators` makes them.
        discriminators: as `build_discriminators` makes them.
        ema_generators: the generators' moving average, those to make images with.
    """

    generators: Pairs
    discriminators: Pairs
    ema_generators: Pairs

    @property
    def trained(self) -> list[int]:
        """Resolutions that had faded in."""
        return [
            resolution
            for resolution, pair in self.ema_generators.items()
            if pair.alpha is None or float(keras.ops.convert_to_numpy(pair.alpha)) == 1
        ]


def checked_config(config: type[Config], path: Path, **options: Any) -> Config:
    """A config from a file's options.

    Args:
        config: its class.
        path: of the file, for messages.
        options: from the file.

    Raises:
        UserError: for the first option with a value that a network cannot have.
    """
    try:
        return config(**options)
    except ValidationError as error:
        first = error.errors()[0]
        option, value = ".".join(map(str, first["loc"])), reprlib.repr(first["input"])
        raise UserError(f"{path}: option {option} is {value}: {first['msg'].removeprefix('Value error, ')}") from None


def check_size(arrays: Iterable[np.ndarray], path: Path) -> None:
    """Refuses a network that has the same memory under many names, before each name takes its own.

    Args:
        arrays: all of the network's.
        path: of the file that they come from.

    Raises:
        UserError: if they are more than fits in the file at two bytes a number, the least in any format.
    """
    numbers = sum(array.size for array in arrays)
    if 2 * numbers > path.stat().st_size:
        raise UserError(f"{path}: claims to hold {numbers:,} weights, but is too small for them; the file is damaged")


def build_with_weights(
    build: Callable[[Config], Pairs],
    config: Config,
    find_weights: Callable[[Config], LayerWeights],
    path: Path,
    level_of_detail: float = 0.0,
) -> Pairs:
    """Builds networks and gives their layers weights.

    Args:
        build: makes the networks of a config.
        config: of the networks.
        find_weights: gives the weights of their layers.
        path: the file they come from, for messages.
        level_of_detail: where training was: 0 at the final resolution, 1 at half of it, 0.25 when a quarter of the
            fade-in from there to there was left. It sets the pairs' alpha.

    Raises:
        UserError: if weights are missing or do not fit the network; no memory has been taken for it then.
    """
    try:
        weights = find_weights(config)
    except KeyError as name:
        raise UserError(f"{path}: {name} is missing; the file is damaged or from a modified program") from None
    except (ArithmeticError, IndexError, ValueError):
        raise UserError(f"{path}: weights have odd shapes; the file is damaged or from a modified program") from None
    with keras.StatelessScope(initialize_variables=False):  # Variables have shapes there, and no values.
        _check_shapes(build(config), weights, path)
    pairs = build(config)
    for variable, array, _ in _assignments(pairs, weights):
        variable.assign(array)
    for halvings, resolution in enumerate(reversed(config.resolutions[1:])):
        alpha = pairs[resolution].alpha
        assert alpha is not None  # only 4x4 has none
        alpha.assign(min(max(halvings + 1 - level_of_detail, 0.0), 1.0))
    return pairs


def replace_layers(pairs: Pairs, replacements: Mapping[str, keras.Layer]) -> Pairs:
    """The same networks, with the same layers but for some.

    Args:
        pairs: the networks.
        replacements: layers, by the name of the one whose place they take.
    """

    def replaced(model: keras.Model | None) -> keras.Model | None:
        return model and keras.models.clone_model(
            model, clone_function=lambda layer: replacements.get(layer.name, layer)
        )

    return {
        resolution: StagePair(replaced(pair.straight), replaced(pair.fade_in), pair.fade)
        for resolution, pair in pairs.items()
    }


def _check_shapes(pairs: Pairs, weights: LayerWeights, path: Path) -> None:
    for variable, array, layer in _assignments(pairs, weights):
        if array.shape != tuple(variable.shape):
            raise UserError(
                f"{path}: {layer} should have {variable.name} {tuple(variable.shape)} by the options, but has "
                f"{array.shape}; the file is damaged or from a modified program"
            )


def _assignments(pairs: Pairs, weights: LayerWeights) -> Iterator[tuple[keras.Variable, np.ndarray, str]]:
    """Each layer's variables once, their values, and the layer's name."""
    layers = {layer.name: layer for pair in pairs.values() for layer in pair.straight.layers if layer.weights}
    for name, layer in layers.items():
        for variable, array in zip((layer.kernel, layer.bias), weights[name], strict=True):
            yield variable, array, name
