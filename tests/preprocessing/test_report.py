import re
import shlex

import numpy as np
import pytest

from pgkeras.page.drawing import svg
from preprocessing.config import CropConfig
from preprocessing.contact_sheet import contact_sheet
from preprocessing.rejects import Reason
from preprocessing.report import Histogram, Sheet, Summary, write_report
from preprocessing.report.histograms import draw
from preprocessing.report.reasons import EXPLANATIONS
from tests.browser import DESKTOP, PHONE, broken_images, open_page, scrolls_sideways, smallest_text

ODD_NAME = """<b>o"d'd</b> & 顔 وجه"""
ODD_FILE = ODD_NAME.replace("/", "") + ".npz"
LONG_NAME = "n" * 300


def picture(*values):
    return contact_sheet([np.full((20, 16, 3), value, np.uint8) for value in values])


def summary(**changes):
    values = np.random.default_rng(0).lognormal(4, 1, 500)
    fields = {
        "faces_file": ODD_FILE,
        "photos": 2000,
        "faces": 1234,
        "crop_size": 64,
        "margin": "The margin is 0.5: as given.",
        "inputs": [ODD_NAME, LONG_NAME],
        "options": {"--out": ODD_NAME, "--margin": "0.5", "--compress": ""},
        "rejected": {"blurred": 3, "no_face": 763},
        "histograms": [
            Histogram("Face size", "pixels", values, 2, "--min-face", ODD_NAME, logarithmic=True),
            Histogram("Sharpness", "", np.array([np.nan, *values[:99]]), 2.5, "--min-sharpness"),
            Histogram("Confidence", "", np.array([np.nan])),
        ],
        "sheets": [
            Sheet("Kept", None, 25, 1234, picture(*range(100, 225, 5))),
            Sheet(ODD_NAME, "blurred", 3, 3, picture(1, 2, 3)),
            Sheet("None to show", "no_face", 0, 763, picture()),
        ],
    }
    return Summary(**fields | changes)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "faces.report.html"
    write_report(path, summary())
    return path


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_is_legible_everywhere(browser, path, viewport, color_scheme):
    with open_page(browser, path, viewport, color_scheme) as page:
        page.locator("summary").click()
        assert not scrolls_sideways(page)
        assert smallest_text(page) >= 14
        assert page.locator("img").count() == 2
        assert broken_images(page) == []
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (color_scheme == "light")


def test_the_counts_are_shown(browser, path):
    with open_page(browser, path) as page:
        assert page.locator("h1").inner_text() == "1,234 faces from 2,000 photos"
        assert "The margin is 0.5: as given." in page.locator("header").inner_text()
        rows = [re.sub(r"\s+", " ", row) for row in page.locator(".outcomes li").all_inner_texts()]
        assert [row.split("%")[0] for row in rows] == [
            "Kept 1,234 photos 61.7",
            "No face 763 photos 38.1",
            "Blurred 3 photos 0.1",
        ]
        widths = [page.locator(".track div").nth(index).bounding_box()["width"] for index in range(3)]
        assert widths[1] / widths[0] == pytest.approx(763 / 1234, abs=0.01)
        assert page.locator("figure.sheet h3").all_inner_texts() == ["Kept 25 of 1,234", f"{ODD_NAME} 3 of 3"]
        page.get_by_role("link", name="Blurred").click()
        assert page.evaluate("scrollY") > 0


def test_names_are_shown_as_they_are(browser, path):
    with open_page(browser, path) as page:
        assert page.locator("b, script").count() == 0
        assert page.locator("header .file").inner_text() == ODD_FILE
        assert ODD_FILE in page.title()
        page.locator("summary").click()
        assert page.locator("table td").all_inner_texts() == [ODD_NAME, "0.5", "yes"]
        assert ODD_NAME in page.locator("figcaption").first.inner_text()


def test_the_command_can_be_copied(browser, path):
    with open_page(browser, path, PHONE) as page:
        copied = page.evaluate(
            "getSelection().selectAllChildren(document.querySelector('pre')), String(getSelection())"
        )
    assert shlex.split(copied) == [
        *("pgkeras", "crop", ODD_NAME, LONG_NAME),
        *("--out", ODD_NAME, "--margin", "0.5", "--compress"),
    ]


def test_histograms_are_described(browser, path):
    with open_page(browser, path) as page:
        drawings = page.get_by_role("img", name=re.compile("Face size|Sharpness"))
        assert drawings.count() == 2
        assert "a histogram of 99 faces" in drawings.nth(1).get_attribute("aria-label")
        assert "--min-face 2" in drawings.nth(0).text_content()
        captions = page.locator("figure.drawing").all_inner_texts()
        assert "Not measured: 1 face." in captions[1]
        assert "No values." in captions[2]
        colour = "getComputedStyle(document.querySelector('svg text')).fill"
        light = page.evaluate(colour)
    with open_page(browser, path, color_scheme="dark") as page:
        assert page.evaluate(colour) != light


def test_without_a_face_it_says_why(browser, path):
    margin, histograms = "The margin is 0.3: as given.", summary().histograms
    write_report(path, Summary("faces.npz", 1, 0, 64, margin, rejected={"no_face": 1}, histograms=histograms))
    with open_page(browser, path, PHONE) as page:
        assert page.locator("h1").inner_text() == "0 faces from 1 photo"
        assert "faces.npz was not written" in page.locator("header").inner_text()
        assert "looks like a face" in page.locator(".outcomes").inner_text()
        assert page.locator("svg").count() == 0
        assert not scrolls_sideways(page)


def test_the_same_summary_gives_the_same_bytes(path, tmp_path):
    again = tmp_path / "again.html"
    write_report(again, summary(rejected={"no_face": 763, "blurred": 3}))
    assert again.read_bytes() == path.read_bytes()


def test_an_unknown_reason_is_refused_and_the_older_page_stays(path):
    before = path.read_bytes()
    with pytest.raises(ValueError, match="ugly"):
        write_report(path, summary(rejected={"ugly": 1}))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_file_names_need_not_be_unicode(path):
    write_report(path, summary(faces_file="\udcff.npz"))
    assert "?.npz" in path.read_text("utf-8")


def test_every_reason_is_explained_with_options_that_exist():
    assert set(EXPLANATIONS) == set(Reason)
    options = {f"--{name.replace('_', '-')}" for name in CropConfig.model_fields}
    for explanation in EXPLANATIONS.values():
        assert explanation.endswith(".")
        assert set(re.findall("--[a-z-]+", explanation)) <= options
        assert set(re.findall("--[a-z-]+", explanation)) or "No option changes this" in explanation


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("threshold", [None, 0.0, 0.5, 1e4])
@pytest.mark.parametrize(
    "values",
    [[5], [0], [-3], [7] * 9, [0] * 4, [0, 0, 9], [-1, 2], [1e9, 1e9 + 1], [1e-9, 1], [3, np.nan, np.inf], range(2000)],
    ids=str,
)
def test_every_value_is_in_a_bar(values, threshold, logarithmic):
    figure = draw(Histogram("", "", np.array(values, np.float32), threshold, "--option", logarithmic=logarithmic))
    bars = figure.axes[0].patches
    assert sum(bar.get_height() for bar in bars) == np.isfinite(values).sum()
    drawn = threshold is not None and (threshold > 0 or not logarithmic or max(values) <= 0)
    assert any("--option" in text.get_text() for text in figure.axes[0].texts) == drawn


def test_bars_stand_where_their_values_lie():
    figure = draw(Histogram("", "", np.array([0.5, 0.5, 9.5, 20]), threshold=-10))
    bars = {round(bar.get_x()): bar.get_height() for bar in figure.axes[0].patches}
    assert {left: height for left, height in bars.items() if height} == {0: 2, 9: 1, 19: 1}
    assert "median 5" in svg(figure)
