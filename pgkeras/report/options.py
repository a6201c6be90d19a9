"""What was trained on what, and with which options."""

from collections.abc import Mapping
from typing import Any

from pgkeras.config import ProgressiveConfig, typed
from pgkeras.report.numbers import kilo
from pgkeras.report.record import Record

FROM_DATA = ("channels", "label_size")
NOTHING = '""'  # in every shell


def list_facts(record: Record) -> dict[str, str]:
    """The data, the networks and the machine, by name.

    Args:
        record: of the run.
    """
    description = record.description
    config = description.config
    parameters = " and ".join(f"{name} {kilo(number)}" for name, number in description.parameters.items())
    facts = {
        "Data": description.data,
        "Images": f"{description.images:,} of {description.side}×{description.side} pixels"
        + (", grey" if config.channels == 1 else "")
        + (f"; not square: {description.fit}" if description.fit != "refuse" else "")
        + (f"; {config.holdout:.0%} held out" if config.holdout else ""),
        "Classes": ", ".join(description.label_names),
        "Networks": f"{config.network}, {config.resolution}×{config.resolution}"
        + ("" if config.growing else ", without growing"),
        "Parameters": parameters,
        "Began with": description.start_from,
        "Loss": config.loss,
        "Precision": config.precision,
        "Machine": description.machine,
        "pgkeras": description.version,
    }
    return {name: value for name, value in facts.items() if value}


def differing_options(config: ProgressiveConfig) -> dict[str, tuple[str, str]]:
    """Name, value and default of every option that has another value than by default.

    Args:
        config: of the run.
    """
    defaults = ProgressiveConfig().model_dump()
    return {
        f"--{name.replace('_', '-')}": (_shown(value), _shown(defaults[name]))
        for name, value in config.model_dump().items()
        if value != defaults[name] and name not in FROM_DATA
    }


def option_words(options: Mapping[str, Any]) -> list[str]:
    """Options as they are typed, each with its value; thousands of images to the image, which a schedule counts.

    Args:
        options: by field of ProgressiveConfig.

    >>> option_words({"growing": False, "straight_kimg": {4: 17.2153, 8: 9}, "augmentation": ("colour", "cutout")})
    ['--no-growing', '--straight-kimg 4:17.215,8:9', '--augmentation colour,cutout']
    """
    words = []
    for name, value in options.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{flag}")
        else:
            if name in ("straight_kimg", "fade_in_kimg"):
                value = {resolution: round(kimg, 3) for resolution, kimg in value.items()}
            words.append(f"--{flag} {typed(value) or NOTHING}")
    return words


def _shown(value: Any) -> str:
    """As it is typed, but with few digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if len(value) == 1:
            return _shown(float(value[4]))
        return ", ".join(f"{number:.4g} from {resolution}×{resolution}" for resolution, number in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return "none" if value in (None, ()) else typed(value)
