"""What of pgkeras works on this machine, and by which versions."""

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement

import pgkeras
from pgkeras.errors import UserError

PROGRAMS = {"web": "npm", "apk": "java"}
"""What `pgkeras web` and `pgkeras apk` run."""


def diagnose() -> Iterator[tuple[str, str]]:
    """Names and findings, line by line; what fails is a finding, too."""
    yield "pgkeras", f"{pgkeras.__version__} in {Path(pgkeras.__file__).parent}"
    yield "Python", f"{platform.python_version()} on {platform.platform()}"
    memory = psutil.virtual_memory()
    yield "memory", f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB of them available"
    yield from _diagnose_keras()
    yield "NumPy", metadata.version("numpy")
    for extra in _extras():
        yield f"[{extra}]", _diagnose_extra(extra)
    for command, program in PROGRAMS.items():
        found = shutil.which(program)
        yield program, f"{found or 'missing'}, for `pgkeras {command}`"


def _diagnose_keras() -> Iterator[tuple[str, str]]:
    """Its backend, and what that finds; importing them takes seconds."""
    variables = ("CUDA_VISIBLE_DEVICES", "TF_CONFIG", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS")
    given = [f"{each}={os.environ[each]}" for each in variables if each in os.environ]  # TensorFlow's start sets more
    try:
        import keras

        from pgkeras.training.machine import describe_machine
        from pgkeras.training.precision import fastest_precision
    except (UserError, ImportError) as error:
        yield "Keras", f"does not start: {error}"
        return
    name = keras.backend.backend()
    yield "Keras", f"{keras.__version__} on {name} {import_module(name).__version__}"
    yield "device", f"{describe_machine()}; fastest in {fastest_precision()}"
    for each in given:
        yield "environment", each


def _extras() -> list[str]:
    """The optional parts that the package declares; none if it is not installed."""
    try:
        return metadata.metadata("pgkeras").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []


def _diagnose_extra(extra: str) -> str:
    """Versions of its packages, or how to install them."""
    declared = map(Requirement, metadata.requires("pgkeras") or [])
    packages = [each for each in declared if each.marker and each.marker.evaluate({"extra": extra})]
    found, lacking = [], []
    for package in packages:
        try:
            version = metadata.version(package.name)
        except metadata.PackageNotFoundError:
            lacking.append(f"{package.name} is missing")
            continue
        if package.specifier.contains(version, prereleases=True):
            found.append(f"{package.name} {version}")
        else:
            lacking.append(f"{package.name} {version} is not {package.specifier}")
    if lacking:
        return f"{', '.join(lacking)}: pip install 'pgkeras[{extra}]'"
    return ", ".join(found)
