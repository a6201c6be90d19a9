"""The commands and programs that README and docs show."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.command_lines import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"(?P<mark><!-- not run: [^\n]* -->\n)?\n(?P<commands>(?:    \S[^\n]*\n)+)")
_FENCE = re.compile(r"```(?P<language>\w*)\n(?P<code>.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Commands, a line each, or a Python program.

    Attributes:
        lines: of commands, as words; none for a program.
        program: Python; "" for commands.
        runs: False if the document says why it is not run.
    """

    lines: list[list[str]]
    program: str
    runs: bool


def blocks(path: Path) -> Iterator[Block]:
    """Those of a document, in order.

    Args:
        path: a Markdown file.
    """
    text = path.read_text()
    fences = {match.start(): match for match in _FENCE.finditer(text) if match["language"] == "python"}
    commands = {match.start(): match for match in _BLOCK.finditer(_FENCE.sub(lambda m: "~" * len(m[0]), text))}
    for _, match in sorted((fences | commands).items()):
        if match.re is _FENCE:
            yield Block([], match["code"], runs=not match["code"].startswith("# not run: "))
        elif not _is_prose(text, match):
            lines = [shlex.split(line, comments=True) for line in match["commands"].splitlines()]
            yield Block(lines, "", runs=match["mark"] is None)


def _is_prose(text: str, match: re.Match) -> bool:
    """What is indented below a list or an admonition."""
    before = text[: match.start()].rstrip().rpartition("\n")[2]
    return before.startswith(("!!!", "- ", ":::")) or match["commands"].lstrip().startswith("- ")
