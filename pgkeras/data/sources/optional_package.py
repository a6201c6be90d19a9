"""Packages that only one data format needs."""

from importlib import import_module
from types import ModuleType

from pgkeras.errors import UserError


def optional_package(name: str, source: object) -> ModuleType:
    """Imports a package that need not be installed.

    Args:
        name: of the module, such as "scipy.io".
        source: what cannot be read without it, for the error.

    Raises:
        UserError: if it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise UserError(f"{source}: to read it, install the package {package}: pip install {package}") from None
