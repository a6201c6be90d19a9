"""The programs that are packages of their own: beside this one in a checkout, in a folder of it in a wheel."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

CHECKOUT, INSTALLED = Path(__file__).parents[1], Path(__file__).with_name("_tools")
"""Where these packages are: a wheel has them, all but the app's, in a folder that is not on the import path."""


def has_tool(name: str) -> bool:
    """Whether a module of theirs is there.

    Args:
        name: such as "preprocessing.crop_faces".
    """
    return _folder().joinpath(*name.split(".")).with_suffix(".py").is_file()


def import_tool(name: str) -> ModuleType:
    """Imports a module of theirs.

    Args:
        name: such as "preprocessing.crop_faces".
    """
    if str(_folder()) not in sys.path:
        sys.path.insert(0, str(_folder()))
    return import_module(name)


def _folder() -> Path:
    return INSTALLED if INSTALLED.is_dir() else CHECKOUT
