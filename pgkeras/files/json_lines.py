"""Files of JSON lines, which grow while others read them."""

import json
import os
from contextlib import suppress
from pathlib import Path


def append_line(path: Path, line: dict) -> None:
    """Adds a line at the end, behind one that was cut short, too.

    Args:
        path: of the file; made if it is missing.
        line: what it says.
    """
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(line).encode() + b"\n")


def read_lines(path: Path) -> list[dict]:
    """The lines that are whole: one may just be being written, or have been cut short.

    Args:
        path: of the file; one that is missing has no lines.
    """
    lines = []
    for text in path.read_bytes().splitlines() if path.exists() else ():
        with suppress(ValueError):
            lines.append(json.loads(text))
    return lines
