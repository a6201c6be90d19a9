"""The site's icons: the app's, a face of large pixels."""

from pathlib import Path

from PIL import Image, ImageDraw

SIDES = (180, 192, 512)  # the first is Apple's
_GRID = 108  # as wide as the app's drawing, icon_foreground.xml
_BACKGROUND = "#00695c"
# Colour, and from where to where a rectangle reaches: left, top, right, bottom.
_RECTANGLES = (
    ("#ffe0b2", (38, 30, 70, 70)),
    ("#ffe0b2", (30, 38, 78, 62)),
    ("#ffe0b2", (46, 70, 62, 78)),
    ("#4e342e", (42, 46, 50, 54)),
    ("#4e342e", (58, 46, 66, 54)),
    ("#4e342e", (46, 62, 62, 66)),
)


def write_icons(folder: Path) -> None:
    """Writes icon-180.png and the others.

    Args:
        folder: where to.
    """
    for side in SIDES:
        icon = Image.new("RGB", (side, side), _BACKGROUND)
        draw = ImageDraw.Draw(icon)
        for colour, edges in _RECTANGLES:
            left, top, right, bottom = (round(edge * side / _GRID) for edge in edges)
            draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)
        icon.save(folder / f"icon-{side}.png")
