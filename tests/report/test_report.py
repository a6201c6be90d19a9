"""The page, as its readers see it."""

import json
import re

import pytest

from pgkeras import ProgressiveConfig
from pgkeras.presets import PRESETS
from pgkeras.report import write_report
from pgkeras.report.__main__ import main as report
from tests.browser import DESKTOP, Viewport, broken_images, open_page, scrolls_sideways, smallest_text
from tests.command_lines import call, fail
from tests.report.written_run import CONFIG, append, new_run, written_run

PHONE = Viewport(390, 844, scale=2, touch=True)
HOSTILE = """<b>o"d'd</b> & </script><script>alert(1)</script>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run under way, with all that a page can show."""
    folder = written_run(tmp_path_factory.mktemp("run"), until=4_500, parameters={"generator": 9}, machine="a machine")
    append(folder.metrics, *({"images_shown": n, "images": 9, "swd_16": 900 - n / 10} for n in (3_500, 4_000, 4_500)))
    append(folder.rollbacks, {"images_shown": 1_500, "trouble": "the generator loss is nan", "back_to": 1_200})
    folder.generator(8).touch()
    write_report(folder)
    return folder


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_is_legible_everywhere(browser, folder, viewport, color_scheme):
    with open_page(browser, folder.report, viewport, color_scheme) as page:
        page.locator("summary").click()
        assert not scrolls_sideways(page)
        assert smallest_text(page) >= 13
        assert broken_images(page) == []
        table = page.locator(".table")
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        assert page.locator("svg:visible").count() == 1 + 3  # one of the two schedules, losses, scores and a metric
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (color_scheme == "light")


def test_the_slider_goes_through_the_training(browser, folder):
    with open_page(browser, folder.report, PHONE) as page:
        shown = page.locator(".slides img:visible")
        slider = page.get_by_role("slider")

        def state() -> tuple[str, str]:
            assert shown.count() == 1
            assert page.locator(".slides figcaption").inner_text() == shown.get_attribute("alt")
            return slider.input_value(), shown.get_attribute("alt")

        assert state() == ("8", "16x16 straight, after 4,500 images")
        before = shown.screenshot()
        slider.fill("0")
        assert state() == ("0", "4x4 straight, after 500 images")
        assert shown.screenshot() != before
        page.keyboard.press("ArrowRight")  # the slider has the focus
        assert state() == ("1", "4x4 straight, after 1,000 images")
        page.locator("h1").click()
        page.keyboard.press("ArrowRight")  # nothing has
        assert state() == ("2", "8x8 fade-in, alpha 0.49, after 1,500 images")
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        assert state()[0] == "0"


def test_reals_are_beside_fakes(browser, folder):
    with open_page(browser, folder.report) as page:
        fakes, reals = (page.locator(f".{kind} img:visible").bounding_box() for kind in ("slides", "reals"))
    assert (fakes["y"], fakes["width"], fakes["height"]) == (reals["y"], reals["width"], reals["height"])
    assert fakes["x"] + fakes["width"] < reals["x"]


def test_it_says_where_training_stands(browser, folder):
    with open_page(browser, folder.report) as page:
        header = page.locator("header").inner_text().replace("\xa0", " ")
        assert "4,500 of 5,000 images shown (90%) in 7 min 30 s of training steps: 16x16 straight, about 50 s" in header
        rows = [row.replace("\xa0", " ") for row in page.locator(".phases tr").all_inner_texts()]
        assert rows[1].split("\t") == ["4x4 straight", "1k", "10", "10", "400 MB", "1 min 40 s"]
        assert page.locator(".phases .current").inner_text().startswith("16x16 straight")
        setbacks = page.locator(".setbacks li").all_inner_texts()
        assert setbacks == [
            "After 1,500 images the generator loss is nan. Training went back to 1,200 images and halved the learning "
            "rates."
        ]
        assert page.get_by_role("img", name="Losses against images shown: generator, discriminator").count() == 1
        assert page.locator("h2").all_inner_texts() == [
            *("Setbacks", "Samples", "Schedule", "Losses and scores", "Metrics", "Phases"),
            *("What was trained on what", "Commands"),
        ]


def test_the_last_step_leads_over_the_end(tmp_path):
    folder = written_run(tmp_path)
    append(folder.metrics, {"images_shown": 5_001, "images": 9})
    write_report(folder)
    assert "5,000 of 5,000 images shown (100%)" in folder.report.read_text()


def test_the_commands_can_be_copied(browser, folder):
    with open_page(browser, folder.report, PHONE) as page:
        copied = page.evaluate(
            "getSelection().selectAllChildren(document.querySelector('.command pre')), String(getSelection())"
        )
    assert copied.strip() == f"pgkeras train --resume {folder.path}"


def test_a_run_that_has_not_made_a_step(browser, tmp_path):
    folder = new_run(tmp_path)
    write_report(folder)
    with open_page(browser, folder.report, PHONE) as page:
        assert "0 of 5,000 images shown (0%): 4x4 straight." in page.locator("header").inner_text()
        assert "There is no sample yet." in page.locator("body").inner_text()
        assert page.locator("img").count() == page.get_by_role("slider").count() == 0
        assert not scrolls_sideways(page)


@pytest.mark.parametrize(
    ("config", "until"),
    [
        (CONFIG.model_copy(update={"resolution": 4}), 500),
        (PRESETS["dcgan"]().model_copy(update={"straight_kimg": {4: 0.2}, "fade_in_kimg": {4: 0.2}}), 10**9),
    ],
    ids=["one sample", "without growing"],
)
def test_a_run_of_one_phase(browser, tmp_path, config, until):
    folder = written_run(tmp_path, config, until=until)
    write_report(folder)
    with open_page(browser, folder.report) as page:
        assert page.locator(".phases tr").count() == 2
        assert page.locator(".slides img:visible").count() == 1
        assert page.get_by_role("slider").count() == (1 if until > 500 else 0)
        page.keyboard.press("ArrowLeft")


def test_names_are_shown_as_they_are(browser, tmp_path):
    runs = tmp_path / HOSTILE.replace("/", "")
    runs.mkdir()
    config = ProgressiveConfig(**CONFIG.model_dump() | {"label_size": 2})
    folder = written_run(
        runs, config, until=1_000, data=f"/data/{HOSTILE}", label_names=(HOSTILE, "dog"), machine=HOSTILE
    )
    last = json.loads(folder.statistics.read_text().splitlines()[-1])
    append(folder.statistics, last | {"images_shown": 1_100, HOSTILE: 3.0})
    append(folder.rollbacks, {"images_shown": 9, "trouble": HOSTILE, "back_to": None})
    write_report(folder)
    with open_page(browser, folder.report, PHONE) as page:
        assert page.locator("b").count() == 0
        assert page.locator("script").count() == 1
        assert page.locator(".file").inner_text() == f"/data/{HOSTILE}"
        assert f"A row for each class, from the top: {HOSTILE}, dog." in page.locator(".classes").inner_text()
        assert "Training was given up." in page.locator(".setbacks").inner_text()
        assert not scrolls_sideways(page)


def test_values_that_are_no_numbers(browser, tmp_path):
    folder = written_run(tmp_path, until=1_000)
    folder.statistics.write_text(
        re.sub(r'"(generator_loss|real_score)": [-\d.e]+', r'"\1": NaN', folder.statistics.read_text())
    )
    write_report(folder)
    with open_page(browser, folder.report) as page:
        assert page.get_by_role("img", name=re.compile("Losses|Scores")).count() == 2


def test_the_command_writes_it_anew(tmp_path, capsys, monkeypatch):
    folder = written_run(tmp_path, until=1_000)
    assert call(report, folder.path) == f"wrote {folder.report}\n"
    assert "1,000 of 5,000 images shown" in folder.report.read_text()
    assert "is not a run folder" in fail(report, capsys, monkeypatch, tmp_path)
    (folder.path / "config.json").write_text("{}")
    assert "is damaged" in fail(report, capsys, monkeypatch, folder.path)
