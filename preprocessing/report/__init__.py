"""faces.report.html: what crop_faces.py kept and rejected, on one self-contained page."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from pgkeras.page import templates, write_page
from pgkeras.page.drawing import svg
from pgkeras.text import quoted
from preprocessing.contact_sheet import jpeg
from preprocessing.rejects import Reason
from preprocessing.report.histograms import draw, in_digits, measured
from preprocessing.report.reasons import EXPLANATIONS
from preprocessing.report.summary import Histogram, Sheet, Summary

__all__ = ["Histogram", "Sheet", "Summary", "write_report"]


def write_report(path: Path, summary: Summary) -> None:
    """Writes the page; the same summary gives the same bytes.

    Args:
        path: the .html to write.
        summary: what it shows.

    Raises:
        ValueError: for a code in `summary.rejected` that is not a reason's.
        OSError: if the file cannot be written.
    """
    page = _TEMPLATES.get_template("report.html.j2").render(
        summary=summary,
        outcomes=list(_outcomes(summary)),
        rejects_file=PurePath(summary.faces_file).with_suffix(".rejects.csv").name,
        command=_command(summary),
    )
    write_page(path, page)


@dataclass(frozen=True)
class _Outcome:
    """What became of some of the photos; `code` is None for those that gave a face."""

    code: str | None
    photos: int
    share: float
    explanation: str

    @property
    def name(self) -> str:
        return self.code.replace("_", " ").capitalize() if self.code else "Kept"


def _outcomes(summary: Summary) -> Iterator[_Outcome]:
    """Kept photos, then the rejected ones, the commonest reason first."""
    photos = max(1, summary.photos)
    kept = summary.photos - sum(summary.rejected.values())
    yield _Outcome(None, kept, kept / photos, "")
    for code, count in sorted(summary.rejected.items(), key=lambda item: (-item[1], item[0])):
        yield _Outcome(str(code), count, count / photos, EXPLANATIONS[Reason(code)])


def _command(summary: Summary) -> list[str]:
    """The command that was run, in pieces between which a line may end."""
    options = [quoted(*filter(None, option)) for option in summary.options.items()]
    return ["pgkeras crop", *map(quoted, summary.inputs), *options]


_TEMPLATES = templates("preprocessing.report")
_TEMPLATES.filters |= {"drawn": lambda histogram: svg(draw(histogram)), "jpeg": jpeg}
_TEMPLATES.filters |= {"in_digits": in_digits, "measured": measured}
