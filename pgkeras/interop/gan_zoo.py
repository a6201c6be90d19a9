"""Progressive checkpoints of PyTorch GAN Zoo, read without PyTorch.

A checkpoint holds `config`, an object with options, and the state dictionaries `netG`, `netD` and `avgG`. What they
compute is ours, but for this:

- He's constant multiplies biases, too, and its gain is sqrt(2) in every layer; the first layer has a bias for each
  pixel. So the networks are built without equalized learning rate, with the constants multiplied in.
- Kernels are (out, in, height, width), and dense layers see features as (channels, height, width).
- Feature maps follow no formula.
- The minibatch standard deviation is `GANZooMinibatchStddev`.
- Its alpha is the previous resolution's share; ours is the new one's.
"""

import math
import reprlib
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.interop.gan_zoo_layers import GANZooMinibatchStddev
from pgkeras.interop.pretrained import (
    LayerWeights,
    Pairs,
    PretrainedNetworks,
    build_with_weights,
    check_size,
    checked_config,
    replace_layers,
)
from pgkeras.interop.torch_file import read_torch_file
from pgkeras.networks import build_discriminators, build_generators


def load_gan_zoo_checkpoint(path: str | Path) -> PretrainedNetworks:
    """Loads a progressive checkpoint of PyTorch GAN Zoo; nothing in it is executed, and PyTorch is not needed.

    Args:
        path: of the .pt or .pth file, in PyTorch's zip format or in the one before.

    Returns:
        Its networks: `generators` are netG, `discriminators` netD, and `ema_generators` avgG. Conditional ones take
        and give labels as those of `build_generators` and `build_discriminators` do; a network of several attributes
        wants their one-hot vectors side by side.

    Raises:
        UserError: if the file is missing, damaged, something else, or has options that pgkeras does not support.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a checkpoint of PyTorch GAN Zoo")
    saved = read_torch_file(path, {"models.utils.config.BaseConfig": _PickledConfig})
    try:
        options = saved["config"].options
        networks = [_Layers(path, saved[name], options["equalizedlR"]) for name in ("netG", "netD", "avgG")]
        config, alpha = _config(path, options), float(options["alpha"])
        if not 0 <= alpha <= 1:
            raise ValueError(alpha)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise UserError(f"{path}: holds no progressive network; give a checkpoint of PyTorch GAN Zoo") from None
    build = partial(build_with_weights, config=config, path=path, level_of_detail=alpha)
    generator, discriminator, average = networks
    return PretrainedNetworks(
        generators=build(build_generators, find_weights=partial(_generator_weights, generator)),
        discriminators=build(_build_discriminators, find_weights=partial(_discriminator_weights, discriminator)),
        ema_generators=build(build_generators, find_weights=partial(_generator_weights, average)),
    )


class _PickledConfig:
    """Stands for GAN Zoo's `BaseConfig`."""

    def __setstate__(self, options: dict[str, Any]) -> None:
        self.options = options


class _Config(ProgressiveConfig):
    """A network whose feature maps are a list, from 4x4 on."""

    depths: list[Annotated[int, Field(ge=1, le=2**16)]]

    def feature_maps(self, resolution: int) -> int:
        return self.depths[max(0, int(math.log2(resolution)) - 2)]


def _config(path: Path, options: dict[str, Any]) -> _Config:
    for option, value in {"leakyReluLeak": 0.2, "perChannelNormalization": True}.items():
        if options[option] != value:
            raise UserError(f"{path}: option {option} is {reprlib.repr(options[option])}; pgkeras only has {value}")
    if options["lossCriterion"] not in ("WGANGP", "Logistic"):
        loss = reprlib.repr(options["lossCriterion"])
        raise UserError(f"{path}: option lossCriterion is {loss}; pgkeras only has the networks of WGANGP and Logistic")
    depths = [options["depthScale0"], *options["depthOtherScales"]]
    return checked_config(
        _Config,
        path,
        resolution=2 ** (1 + min(len(depths), 10)),
        depths=depths,
        channels=options["dimOutput"],
        latent_size=options["noiseVectorDim"],
        label_size=options["categoryVectorDim"],
        minibatch_discrimination="stddev" if options["miniBatchStdDev"] else "none",
        equalized_learning_rate=False,
    )


class _Layers:
    """A state dictionary, by layers."""

    def __init__(self, path: Path, state: dict[str, Any], equalized: bool) -> None:
        # Early versions of GAN Zoo leave out the "module" of formatLayer.module.weight.
        self._arrays = {name.replace(".module.", "."): tensor.array for name, tensor in state.items()}
        self._equalized = equalized
        check_size(self._arrays.values(), path)

    def __getitem__(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Weight and bias of a layer as the network uses them: equalized."""
        weight, bias = self._arrays[f"{name}.weight"], self._arrays[f"{name}.bias"]
        scale = math.sqrt(2 / math.prod(weight.shape[1:])) if self._equalized else 1
        return np.float32(scale) * weight, np.float32(scale) * bias

    def convolution(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The same of a convolution, as Keras stores it."""
        weight, bias = self[name]
        return weight.transpose(2, 3, 1, 0), bias


def _generator_weights(layers: _Layers, config: _Config) -> LayerWeights:
    weight, bias = layers["formatLayer"]
    first = (config.feature_maps(4), 4, 4)
    kernel = weight.reshape(*first, -1).transpose(3, 1, 2, 0)
    weights = {
        "generator_0004_dense": (kernel.reshape(len(kernel), -1), bias.reshape(first).transpose(1, 2, 0).ravel()),
        "generator_0004_conv": layers.convolution("groupScale0.0"),
    }
    for scale, resolution in enumerate(config.resolutions):
        name = f"generator_{resolution:04}"
        weights[f"{name}_to_rgb"] = layers.convolution(f"toRGBLayers.{scale}")
        if scale:
            weights[f"{name}_conv_0"] = layers.convolution(f"scaleLayers.{scale - 1}.0")
            weights[f"{name}_conv_1"] = layers.convolution(f"scaleLayers.{scale - 1}.1")
    return weights


def _discriminator_weights(layers: _Layers, config: _Config) -> LayerWeights:
    weight, bias = layers["groupScaleZero.1"]
    kernel = weight.reshape(-1, config.feature_maps(4), 4, 4).transpose(2, 3, 1, 0)
    decision, decision_bias = layers["decisionLayer"]
    weights = {
        "discriminator_0004_conv_0": layers.convolution("groupScaleZero.0"),
        "discriminator_0004_conv_1": (kernel, bias),
        "discriminator_0004_score": (decision[:1].T, decision_bias[:1]),
        "discriminator_0004_labels": (decision[1:].T, decision_bias[1:]),
    }
    for scale, resolution in enumerate(config.resolutions):
        name = f"discriminator_{resolution:04}"
        weights[f"{name}_from_rgb"] = layers.convolution(f"fromRGBLayers.{scale}")
        if scale:
            weights[f"{name}_conv_0"] = layers.convolution(f"scaleLayers.{scale - 1}.0")
            weights[f"{name}_conv_1"] = layers.convolution(f"scaleLayers.{scale - 1}.1")
    return weights


def _build_discriminators(config: _Config) -> Pairs:
    name = "discriminator_0004_minibatch_stddev"
    return replace_layers(build_discriminators(config), {name: GANZooMinibatchStddev(name=name)})
