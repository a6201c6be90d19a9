"""The programs beside the library, which only a checkout has."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).parents[1]


def is_checkout() -> bool:
    """Whether they are there."""
    return (CHECKOUT / "preprocessing" / "crop_faces.py").is_file()


def import_from_checkout(name: str) -> ModuleType:
    """Imports a module of theirs.

    Args:
        name: such as "preprocessing.crop_faces".
    """
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    return import_module(name)
