"""The machine that trains, in words."""

import platform
import re
from collections import Counter
from pathlib import Path

import psutil

from pgkeras.backends import backend

PROCESSORS = Path("/proc/cpuinfo")


def describe_machine() -> str:
    """Accelerators, or the processor and its cores where there is none, and memory: "AMD EPYC 7R13, 2 cores, 16 GB"."""
    accelerators = Counter(each.name for each in backend.accelerators())
    cores = psutil.cpu_count()
    parts = [f"{number} x {name}" if number > 1 else name for name, number in accelerators.items()] or [_processor()]
    return ", ".join([*parts, f"{cores} cores", f"{psutil.virtual_memory().total / 1e9:.0f} GB"])


def _processor() -> str:
    names = re.findall(r"^model name\s*: (.+)$", PROCESSORS.read_text(), re.MULTILINE) if PROCESSORS.exists() else []
    return names[0] if names else platform.machine()
