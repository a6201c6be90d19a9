"""Files of JSON lines, which grow while others read them."""

import json
from pathlib import Path


def append_line(path: Path, line: dict) -> None:
    """Adds a line at the end.

    Args:
        path: of the file; made if it is missing.
        line: what it says.
    """
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def read_lines(path: Path) -> list[dict]:
    """The lines that are whole: the last one may just be being written.

    Args:
        path: of the file; one that is missing has no lines.
    """
    lines = []
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines
