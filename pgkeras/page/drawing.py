"""Drawings by Matplotlib that belong to a page: in its colours, light or dark, and in its font."""

import io
import re

import markupsafe
import matplotlib as mpl
from matplotlib.figure import Figure

# Stand for the page's own colours, which change with its colour scheme.
COLOURS = {
    "#0000f0": "--quiet",
    "#0000f1": "--ink",
    "#0000f2": "--mark",
    "#0000f3": "--line",
    "#0000f4": "--shade",
    "#0000e1": "--first",
    "#0000e2": "--second",
    "#0000e3": "--third",
    "#0000e4": "--fourth",
    "#0000e5": "--fifth",
    "#0000e6": "--sixth",
}
QUIET, INK, MARK, LINE, SHADE, *SERIES = COLOURS
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pgkeras",
    "font.size": 13,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "ytick.major.size": 0,
    "axes.axisbelow": True,
    "grid.color": LINE,
}


def svg(figure: Figure) -> markupsafe.Markup:
    """A drawing as part of a page, in the page's colours; the same drawing gives the same text.

    Args:
        figure: drawn in STYLE, with the colours above.
    """
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r' width="[\d.]+pt" height="[\d.]+pt"', "", drawing, count=1)
    drawing = re.sub(r'<g id="[^"]*"', "<g", drawing)  # the same in every drawing, though a page has several
    for colour, variable in COLOURS.items():
        drawing = drawing.replace(colour, f"var({variable})")
    return markupsafe.Markup(drawing)
