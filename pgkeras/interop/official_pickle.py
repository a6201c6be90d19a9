"""Network pickles of the official implementation (TensorFlow 1), read without it.

A pickle holds (G, D, Gs): generator, discriminator, and the generator's moving average. Each is a `tfutil.Network`,
whose state has its options (`static_kwargs`), its variables by name, and the Python source that builds it. The
official program executes that source; this one knows what it computes, and does not look at it.

It is ours, but for this:

- A convolution that is fused with upscaling (`Conv0_up`) stores a 3x3 kernel (height, width, out, in), sums its shifts
  by one pixel to a 4x4 kernel, and applies that as a transposed convolution of stride 2. To sum the shifts is to
  convolve with a 2x2 box, and the box's transposed convolution of stride 2 is pixel repetition. What is left is the
  transposed convolution with the 3x3 kernel, of stride 1: a convolution with that kernel turned by 180 degrees. That is
  `FusedConv2D`, as is one that is fused with downscaling (`Conv1_down`), whose kernel is stored as ours.
- Dense layers see features as (channels, height, width).

NVIDIA's published networks are for non-commercial use only (CC BY-NC 4.0).
"""

import mmap
import reprlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.interop.pickled_arrays import NUMPY_GLOBALS, PickledArray
from pgkeras.interop.pretrained import (
    LayerWeights,
    Pairs,
    PretrainedNetworks,
    build_with_weights,
    check_size,
    checked_config,
)
from pgkeras.interop.restricted_unpickler import load_pickle
from pgkeras.networks import build_discriminators, build_generators


def load_official_pickle(path: str | Path) -> PretrainedNetworks:
    """Loads a network pickle of the official PGGAN code; nothing in it is executed.

    NVIDIA's published networks are for non-commercial use only (CC BY-NC 4.0).

    Args:
        path: of the .pkl file.

    Returns:
        Its networks: `generators` are G, `discriminators` D, and `ema_generators` Gs. Conditional ones take and give
        labels as those of `build_generators` and `build_discriminators` do.

    Raises:
        UserError: if the file is missing, damaged, something else, or has options that pgkeras does not support.
    """
    generator, discriminator, average = _read(Path(path))
    return PretrainedNetworks(_generators(generator), _discriminators(discriminator), _generators(average))


def _read(path: Path) -> list["_Network"]:
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a network .pkl of the official PGGAN code")
    if path.stat().st_size == 0:
        raise UserError(f"{path}: is empty; give a network .pkl of the official PGGAN code")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        loaded = load_pickle(mapped, path, {"tfutil.Network": _PickledNetwork} | NUMPY_GLOBALS)
    names = ("G", "D", "Gs")
    try:
        return [_Network(path, name, network.state) for name, network in zip(names, loaded, strict=True)]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UserError(f"{path}: holds no networks (G, D, Gs); give a .pkl of the official PGGAN code") from None


class _PickledNetwork:
    """Stands for `tfutil.Network`."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state


_SHARED_OPTIONS = {
    "num_channels": ("channels", 1, 3),
    "resolution": ("resolution", 32, 1024),
    "label_size": ("label_size", 0, 2**16),
    "fmap_base": ("fmap_base", 8192, 2**20),
    "fmap_decay": ("fmap_decay", 1.0, 8),
    "fmap_max": ("fmap_max", 512, 2**16),
}
"""Official name: ours, the official default, and more than any network has."""

_WITHOUT_EFFECT = {"dtype", "fused_scale", "structure", "is_template_graph"}
"""Options of how a network is computed, not of what."""


class _Network:
    """What a pickle says of one network."""

    def __init__(self, path: Path, name: str, state: dict[str, Any]) -> None:
        self.path = path
        self.name = name
        self._version = state["version"]
        self._function = state["build_func_name"]
        self.variables = {key: _array(value) for key, value in state["variables"] if isinstance(key, str)}
        self._level_of_detail = self.variables["lod"].item()
        check_size(self.variables.values(), path)
        self._options = {key: value for key, value in state["static_kwargs"].items() if key not in _WITHOUT_EFFECT}

    def error(self, what: str) -> UserError:
        return UserError(f"{self.path}: network {self.name}: {what}")

    def take(self, option: str, default: object) -> Any:
        """The value of an option, by its official name and with its official default."""
        return self._options.pop(option, default)

    def take_number(self, option: str, default: float, largest: float) -> float:
        """The same, checked to be a number from 0 on; None stands for the default."""
        value = self.take(option, default)
        value = default if value is None else value
        if not isinstance(value, int | float) or not 0 <= value <= largest:
            raise self.error(f"option {option} is {reprlib.repr(value)}; it must be a number from 0 to {largest}")
        return value

    def config(self, function: str, **own: object) -> ProgressiveConfig:
        """The config of this network, once its own options have been taken."""
        if (self._version, self._function) != (2, function):
            raise self.error(f"comes from an unknown version of the program; only {function} of version 2 is known")
        options = own | {"equalized_learning_rate": bool(self.take("use_wscale", True))}
        for official, (option, default, largest) in _SHARED_OPTIONS.items():
            options[option] = self.take_number(official, default, largest)
        for option, value in self._options.items():
            raise self.error(f"option {option} is {reprlib.repr(value)}, which pgkeras does not support")
        return checked_config(ProgressiveConfig, self.path, **options)

    def layer(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Weight and bias of a layer, by its official name."""
        return self.variables[f"{name}/weight"], self.variables[f"{name}/bias"]

    def build(self, build: Callable, config: ProgressiveConfig, find_weights: Callable) -> Pairs:
        """The network, with the weights that `find_weights(network, config)` finds for our layers."""
        return build_with_weights(build, config, partial(find_weights, self), self.path, self._level_of_detail)


def _array(value: PickledArray | float) -> np.ndarray:
    return value.array if isinstance(value, PickledArray) else np.array(float(value))


def _generators(network: _Network) -> Pairs:
    if network.take("pixelnorm_epsilon", 1e-8) != 1e-8:
        raise network.error("option pixelnorm_epsilon must be 1e-8")
    latent_size = int(network.take_number("latent_size", 0, 2**16))
    config = network.config(
        "G_paper",
        fused_scale="8x8/Conv0_up/weight" in network.variables,
        normalize_latents=bool(network.take("normalize_latents", True)),
        generator_normalization="pixel" if network.take("use_pixelnorm", True) else "none",
        generator_activation="leaky-relu" if network.take("use_leakyrelu", True) else "relu",
    )
    config = config.model_copy(update={"latent_size": latent_size or config.feature_maps(2)})
    return network.build(build_generators, config, _generator_weights)


def _discriminators(network: _Network) -> Pairs:
    group = network.take_number("mbstd_group_size", 4, 2**16)
    groups = {"minibatch_stddev_group": group} if group > 1 else {"minibatch_discrimination": "none"}
    config = network.config("D_paper", fused_scale="8x8/Conv1_down/weight" in network.variables, **groups)
    return network.build(build_discriminators, config, _discriminator_weights)


def _generator_weights(network: _Network, config: ProgressiveConfig) -> LayerWeights:
    kernel, bias = network.layer("4x4/Dense")
    kernel = kernel.reshape(-1, config.feature_maps(4), 4, 4).transpose(0, 2, 3, 1)
    if not config.equalized_learning_rate:  # Keras's own dense layer, whose output is one axis.
        kernel, bias = kernel.reshape(len(kernel), -1), np.tile(bias, 16)
    weights = {"generator_0004_dense": (kernel, bias), "generator_0004_conv": network.layer("4x4/Conv")}
    for lod, resolution in enumerate(reversed(config.resolutions)):
        name = f"generator_{resolution:04}"
        weights[f"{name}_to_rgb"] = network.layer(f"ToRGB_lod{lod}")
        if resolution > 4:
            weights[f"{name}_conv_0"] = _upscaling(network, f"{resolution}x{resolution}/Conv0", config)
            weights[f"{name}_conv_1"] = network.layer(f"{resolution}x{resolution}/Conv1")
    return weights


def _upscaling(network: _Network, name: str, config: ProgressiveConfig) -> tuple[np.ndarray, np.ndarray]:
    if not config.fused_scale:
        return network.layer(name)
    kernel, bias = network.layer(f"{name}_up")
    return kernel[::-1, ::-1].swapaxes(2, 3), bias


def _discriminator_weights(network: _Network, config: ProgressiveConfig) -> LayerWeights:
    kernel, bias = network.layer("4x4/Dense0")
    kernel = kernel.reshape(config.feature_maps(4), 4, 4, -1).transpose(1, 2, 0, 3)
    weights = {"discriminator_0004_conv_0": network.layer("4x4/Conv"), "discriminator_0004_conv_1": (kernel, bias)}
    kernel, bias = network.layer("4x4/Dense1")
    weights["discriminator_0004_score"] = kernel[:, :1], bias[:1]
    weights["discriminator_0004_labels"] = kernel[:, 1:], bias[1:]
    for lod, resolution in enumerate(reversed(config.resolutions)):
        name, block = f"discriminator_{resolution:04}", f"{resolution}x{resolution}"
        weights[f"{name}_from_rgb"] = network.layer(f"FromRGB_lod{lod}")
        if resolution > 4:
            weights[f"{name}_conv_0"] = network.layer(f"{block}/Conv0")
            weights[f"{name}_conv_1"] = network.layer(f"{block}/Conv1{'_down' * config.fused_scale}")
    return weights
