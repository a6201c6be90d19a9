"""What all pages share."""

import re

from matplotlib.figure import Figure

from pgkeras.page import write_page
from pgkeras.page.drawing import COLOURS, INK, SERIES, svg


def drawing(colour: str = SERIES[0]) -> str:
    figure = Figure((3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [1, 5], color=colour)
    axes.set_title("<b> & title", color=INK)
    return svg(figure)


def test_a_drawing_is_in_the_page_s_colours_and_scales_with_it():
    text = drawing()
    assert "stroke: var(--first)" in text
    assert "fill: var(--ink)" in text
    assert not any(colour in text for colour in COLOURS)
    assert re.search(r'<svg[^>]* viewBox="0 0 216 144"', text)
    assert not re.search(r'<svg[^>]* width="', text)


def test_a_drawing_is_the_same_twice_and_its_text_is_escaped():
    assert drawing() == drawing()
    assert "&lt;b&gt; &amp; title" in drawing()


def test_drawings_of_one_page_do_not_share_identifiers_of_different_things():
    """Matplotlib calls its first axes "axes_1" in every drawing."""
    identified = [dict(re.findall(r'<(\w+) id="([^"]*)"', drawing(colour))) for colour in SERIES[:2]]
    assert all("g" not in each for each in identified)


def test_names_that_are_no_unicode_become_question_marks(tmp_path):
    write_page(tmp_path / "page.html", "caf\udce9 ü")
    assert (tmp_path / "page.html").read_text("utf-8") == "caf? ü"
    assert len(list(tmp_path.iterdir())) == 1
