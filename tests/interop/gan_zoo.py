"""Checkpoints as PyTorch writes them, for tests."""

import io
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from unittest import mock

import numpy as np


class BaseConfig:
    """Pickles as GAN Zoo's."""

    __module__ = "models.utils.config"


class FloatStorage:
    """Pickles as PyTorch's."""

    __module__ = "torch"


def _rebuild_tensor_v2(*_: object) -> None:
    """Pickles as PyTorch's."""


_rebuild_tensor_v2.__module__ = "torch._utils"


class Tensor:
    """Pickles as a contiguous tensor."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = np.ascontiguousarray(array, np.float32)

    def __reduce__(self) -> tuple:
        strides = tuple(stride // 4 for stride in self.array.strides)
        return _rebuild_tensor_v2, (Storage(self.array), 0, self.array.shape, strides, False, OrderedDict())


class Storage:
    """What a pickle of tensors names, and the file holds elsewhere."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array


def pickled(content: object) -> tuple[bytes, list[np.ndarray]]:
    """The pickle of an object with tensors, and their storages, whose keys are their numbers."""
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> tuple | None:
            if not isinstance(value, Storage):
                return None
            storages.append(value.array)
            return "storage", FloatStorage, str(len(storages) - 1), "cpu", value.array.size

    stream = io.BytesIO()
    names = ("torch", "torch._utils", "models", "models.utils", "models.utils.config")
    modules = {name: types.ModuleType(name) for name in names}
    for pickles in (FloatStorage, _rebuild_tensor_v2, BaseConfig):
        setattr(modules[pickles.__module__], pickles.__name__, pickles)
    with mock.patch.dict(sys.modules, modules):
        Pickler(stream, 2).dump(content)
    return stream.getvalue(), storages


def write_zip(path: Path, content: object, compression: int = zipfile.ZIP_STORED) -> Path:
    """As PyTorch 1.6 and later."""
    data, storages = pickled(content)
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("model/data.pkl", data)
        archive.writestr("model/byteorder", "little")
        for key, array in enumerate(storages):
            archive.writestr(f"model/data/{key}", array.tobytes())
        archive.writestr("model/version", "3\n")
    return path


def write_legacy(path: Path, content: object) -> Path:
    """As PyTorch before 1.6: magic number, version, machine; object; keys; sizes and bytes."""
    data, storages = pickled(content)
    machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    file = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
    file += b"\x80\x02M\xe9\x03."
    file += pickle.dumps(machine, 2)
    file += data
    file += pickle.dumps([str(key) for key in range(len(storages))], 2)
    for array in storages:
        file += struct.pack("<q", array.size) + array.tobytes()
    path.write_bytes(file)
    return path


def checkpoint(depths: tuple[int, ...] = (6, 5), latents: int = 3, labels: int = 0, **options: object) -> dict:
    """A checkpoint with random weights."""
    config = BaseConfig()
    config.__dict__ = {
        "depthScale0": depths[0],
        "depthOtherScales": list(depths[1:]),
        "leakyReluLeak": 0.2,
        "perChannelNormalization": True,
        "miniBatchStdDev": True,
        "equalizedlR": True,
        "alpha": 0,
        "noiseVectorDim": latents,
        "categoryVectorDim": labels,
        "dimOutput": 3,
        "lossCriterion": "WGANGP",
    } | options
    first = depths[0]
    generator = {"formatLayer": (16 * first, latents + labels), "groupScale0.0": (first, first, 3, 3)}
    discriminator = {
        "groupScaleZero.0": (first, first + config.miniBatchStdDev, 3, 3),
        "groupScaleZero.1": (first, 16 * first),
        "decisionLayer": (1 + labels, first),
    }
    for scale, depth in enumerate(depths):
        generator[f"toRGBLayers.{scale}"] = (config.dimOutput, depth, 1, 1)
        discriminator[f"fromRGBLayers.{scale}"] = (depth, config.dimOutput, 1, 1)
        if scale:
            larger = depths[scale - 1]
            generator[f"scaleLayers.{scale - 1}.0"] = (depth, larger, 3, 3)
            generator[f"scaleLayers.{scale - 1}.1"] = (depth, depth, 3, 3)
            discriminator[f"scaleLayers.{scale - 1}.0"] = (depth, depth, 3, 3)
            discriminator[f"scaleLayers.{scale - 1}.1"] = (larger, depth, 3, 3)
    return {"config": config, "netG": _state(generator), "netD": _state(discriminator), "avgG": _state(generator)}


def _state(shapes: dict[str, tuple[int, ...]]) -> OrderedDict[str, Tensor]:
    random = np.random.default_rng(0)
    state = OrderedDict()
    for layer, shape in shapes.items():
        state[f"{layer}.module.weight"] = Tensor(random.standard_normal(shape))
        state[f"{layer}.module.bias"] = Tensor(random.standard_normal(shape[0]))
    return state
