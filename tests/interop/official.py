"""Network pickles as the official code writes them, for tests."""

import pickle
import sys
import types
from pathlib import Path
from unittest import mock

import numpy as np


class Network:
    """Pickles as a `tfutil.Network`."""

    __module__ = "tfutil"

    def __init__(self, name: str, variables: dict[str, np.ndarray], lod: float = 0.0, **static_kwargs) -> None:
        self.version = 2
        self.name = name
        self.static_kwargs = static_kwargs
        self.build_module_src = 'raise RuntimeError("pickled source was executed")'
        self.build_func_name = "D_paper" if name == "D" else "G_paper"
        self.variables = [("lod", np.float32(lod)), *variables.items()]


def write_pickle(path: Path, content: object, protocol: int = 4) -> Path:
    """Pickles (G, D, Gs), or whatever else."""
    module = types.ModuleType("tfutil")
    module.Network = Network
    with mock.patch.dict(sys.modules, tfutil=module):
        path.write_bytes(pickle.dumps(content, protocol))
    return path


def generator_variables(latents: int, maps: dict[int, int], channels: int, up: str = "Conv0_up") -> dict:
    """Random variables of a generator with these feature maps by resolution."""
    shapes = {"4x4/Dense": (latents, 16 * maps[4]), "4x4/Conv": (3, 3, maps[4], maps[4])}
    for lod, resolution in enumerate(reversed(maps)):
        shapes[f"ToRGB_lod{lod}"] = (1, 1, maps[resolution], channels)
        if resolution > 4:
            few, many = maps[resolution], maps[resolution // 2]
            shapes[f"{resolution}x{resolution}/{up}"] = (3, 3, few, many) if up == "Conv0_up" else (3, 3, many, few)
            shapes[f"{resolution}x{resolution}/Conv1"] = (3, 3, few, few)
    biases = {"4x4/Dense": maps[4]} | {name: shape[2] for name, shape in shapes.items() if name.endswith("Conv0_up")}
    return _variables(shapes, biases)


def discriminator_variables(labels: int, maps: dict[int, int], channels: int, down: str = "Conv1_down") -> dict:
    """Random variables of a discriminator with these feature maps by resolution."""
    few = maps[4]
    shapes = {"4x4/Conv": (3, 3, few + 1, few), "4x4/Dense0": (16 * few, few), "4x4/Dense1": (few, 1 + labels)}
    for lod, resolution in enumerate(reversed(maps)):
        shapes[f"FromRGB_lod{lod}"] = (1, 1, channels, maps[resolution])
        if resolution > 4:
            shapes[f"{resolution}x{resolution}/Conv0"] = (3, 3, maps[resolution], maps[resolution])
            shapes[f"{resolution}x{resolution}/{down}"] = (3, 3, maps[resolution], maps[resolution // 2])
    return _variables(shapes, {})


def _variables(shapes: dict[str, tuple[int, ...]], biases: dict[str, int]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    variables = {}
    for name, shape in shapes.items():
        variables[f"{name}/weight"] = random.standard_normal(shape, np.float32)
        variables[f"{name}/bias"] = random.standard_normal(biases.get(name, shape[-1]), np.float32)
    return variables
