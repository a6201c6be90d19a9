"""The page in a browser, as people use it."""

import re
from threading import Thread

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from werkzeug.serving import make_server

from pgkeras.images import root_mean_square
from pgkeras.serve.application import create_application
from pgkeras.serve.face import Face
from tests.browser import DESKTOP, Viewport, broken_images, open_page, scrolls_sideways, smallest_text
from tests.serve.conftest import same

expect.set_options(timeout=30_000)
PHONE = Viewport(390, 844, scale=2, touch=True)
PIXELS = """image => {
    const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data];
}"""


def serve(studio, name):
    server = make_server("127.0.0.1", 0, create_application(studio, name, ["127.0.0.1"]), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def address(studio):
    yield from serve(studio, "faces")


@pytest.fixture(scope="module")
def conditional_address(conditional_studio):
    yield from serve(conditional_studio, "pets")


def shown(page, side: int = 16) -> np.ndarray:
    """The image, once it is the newest."""
    page.wait_for_selector("#figure[aria-busy=false]")
    return pixels(page.locator("#image"), side)


def pixels(image, side: int = 16) -> np.ndarray:
    return np.array(image.evaluate(PIXELS), np.uint8).reshape(side, side, 4)[..., :3]


def small_image(page, name: str, query: str) -> np.ndarray:
    """One of the small images, once it shows what it should."""
    image = page.get_by_alt_text(name, exact=True)
    expect(image).to_have_attribute("data-shows", query)
    expect(image).not_to_contain_class("stale")
    return pixels(image)


def sliders(page):
    return page.get_by_role("slider", name="Direction")


@pytest.mark.parametrize(("viewport", "color_scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_it_is_legible_everywhere(browser, address, viewport, color_scheme):
    with open_page(browser, address, viewport, color_scheme) as page:
        shown(page)
        page.wait_for_selector("#wall button:last-child img[src]")
        page.locator("#wall").scroll_into_view_if_needed()
        assert not scrolls_sideways(page)
        assert smallest_text(page) >= 14
        assert broken_images(page) == []
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (color_scheme == "light")
        assert page.locator("#image").bounding_box()["y"] >= 0, "the image stays in sight"


def test_sliders_change_the_image(browser, address, studio):
    with open_page(browser, address) as page:
        assert same(shown(page), studio.image(Face(seed=0)))
        assert sliders(page).count() == 10
        sliders(page).nth(1).press("End")  # by keyboard
        assert same(shown(page), studio.image(Face(seed=0, sliders="0,3")))
        assert page.get_by_role("status").inner_text() == "Seed 0, changed by sliders"
        page.get_by_role("button", name="Reset").click()
        assert same(shown(page), studio.image(Face(seed=0)))
        page.get_by_role("button", name="Surprise me").click()
        assert not same(shown(page), studio.image(Face(seed=0)))
        values = [float(slider.input_value()) for slider in sliders(page).all()]
        assert len(set(values)) > 3
        assert max(map(abs, values)) <= 3


def test_the_way_leads_from_seed_to_seed(browser, address, studio):
    with open_page(browser, address) as page:
        page.get_by_label("Seed", exact=True).fill("12")
        page.get_by_label("The other seed", exact=True).fill("34")
        way = page.get_by_role("slider", name="Position")
        assert same(shown(page), studio.image(Face(seed=12)))
        way.fill("1")
        assert same(shown(page), studio.image(Face(seed=34)))
        way.fill("0.25")
        assert same(shown(page), studio.image(Face(seed=12, towards=34, way=0.25)))
        assert page.locator("#image").get_attribute("alt") == "Seed 12, 25 % of the way to seed 34"


def test_small_images_show_where_sliders_lead(browser, address, studio):
    with open_page(browser, address) as page:
        page.get_by_label("Seed", exact=True).fill("12")
        page.get_by_role("slider", name="Position").fill("0.5")
        expected = studio.image(Face(seed=12, towards=1, way=0.5, sliders="0,-3"))
        assert same(small_image(page, "Direction 2 at -3", "seed=12&towards=1&way=0.5&sliders=0%2C-3"), expected)
        assert same(small_image(page, "Seed 13", "seed=13"), studio.image(Face(seed=13)))


def test_the_newest_wins(browser, address, studio):
    with open_page(browser, address) as page:
        shown(page)
        requests = []
        page.on("request", lambda request: "image.png" in request.url and requests.append(request.url))
        page.evaluate("""() => {
            const slider = document.querySelector(".direction input");
            for (let step = 0; step <= 30; step++) {
                slider.value = step / 10;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }""")
        assert same(shown(page), studio.image(Face(seed=0, sliders="3")))
        assert len(requests) <= 2


def test_a_face_can_be_bookmarked(browser, address):
    with open_page(browser, address) as page:
        page.get_by_label("Seed", exact=True).fill("12")
        page.get_by_role("slider", name="Position").fill("0.4")
        sliders(page).nth(2).fill("-1.5")
        before = shown(page)
        expect(page).to_have_url(re.compile("sliders=0,0,-1.5"))
        bookmark = page.url
        page.get_by_role("button", name="New seed").first.click()
        assert not same(shown(page), before)
        expect(page).not_to_have_url(bookmark)
        page.goto(bookmark)
        expect(page.locator("#seed")).to_have_value("12")
        assert same(shown(page), before)
        page.reload()
        assert same(shown(page), before)
        assert sliders(page).nth(2).input_value() == "-1.5"


def test_downloads(browser, address, tmp_path):
    with open_page(browser, address) as page:
        sliders(page).nth(0).fill("2")
        expected = shown(page)
        for kind, name in (("PNG", "seed-0-changed-by-sliders.png"), ("latent", "seed-0-changed-by-sliders.npy")):
            with page.expect_download() as download:
                page.get_by_role("link", name=f"Save {kind}").click()
            assert download.value.suggested_filename == name
            download.value.save_as(tmp_path / name)
    assert same(np.asarray(Image.open(tmp_path / "seed-0-changed-by-sliders.png")), expected)
    assert np.load(tmp_path / "seed-0-changed-by-sliders.npy", allow_pickle=False).shape == (1, 12)


def test_the_wall_of_seeds(browser, address, studio):
    with open_page(browser, address) as page:
        page.get_by_role("button", name="Seed 5", exact=True).click()
        assert same(shown(page), studio.image(Face(seed=5)))
        page.get_by_role("button", name="Next").click()
        page.get_by_label("the other seed", exact=True).and_(page.get_by_role("radio")).check()
        page.get_by_role("button", name="Seed 30", exact=True).click()
        assert same(shown(page), studio.image(Face(seed=30)))
        assert page.locator("#seed").input_value() == "5"
        page.get_by_role("slider", name="Position").fill("0.5")
        assert same(shown(page), studio.image(Face(seed=5, towards=30, way=0.5)))


def test_what_is_no_seed_is_said_and_not_asked_for(browser, address):
    with open_page(browser, address) as page:
        before = shown(page)
        for wrong in ("-1", "4294967296", "1.5", ""):
            page.locator("#seed").fill(wrong)
            assert page.get_by_role("status").inner_text().startswith("Seed: ")
        page.wait_for_timeout(400)
        assert (shown(page) == before).all()


def test_a_photo_becomes_a_face_to_start_from(browser, address, studio, tmp_path):
    Image.fromarray(studio.image(Face(seed=1000))).save(tmp_path / "me at sea.png")
    with open_page(browser, address) as page:
        shown(page)
        face = page.locator("#face")
        expect(face).to_be_hidden()
        page.locator("#photo-file").set_input_files(tmp_path / "me at sea.png")
        expect(face.locator("option:checked")).to_have_text("me at sea")
        expect(page.locator("#image")).to_have_attribute("alt", "me at sea")
        found = shown(page)
        assert root_mean_square(found, studio.image(Face(seed=1000))) < 2
        sliders(page).nth(1).press("End")
        assert not same(shown(page), found)
        page.get_by_role("button", name="Reset").click()
        page.get_by_label("The other seed", exact=True).fill("34")
        page.get_by_role("slider", name="Position").fill("1")
        assert same(shown(page), studio.image(Face(seed=34)))
        page.get_by_label("Seed", exact=True).fill("12")
        expect(face.locator("option:checked")).to_have_text("from the seed")
        page.locator("#photo-file").set_input_files(tmp_path / "me at sea.png")  # once more
        expect(face.locator("option")).to_have_text(["from the seed", "me at sea", "me at sea"])


def test_files_are_named_in_any_script(browser, address):
    with open_page(browser, address) as page:
        names = page.evaluate(
            """async () => {
                const { fileName } = await import("./static/faces.js");
                return ["Анна", "照片 2", "Élise, changed by sliders", "…"].map(fileName);
            }"""
        )
        assert names == ["анна", "照片-2", "élise-changed-by-sliders", "face"]


def drop(page, content: str, name: str) -> None:
    page.evaluate(
        """([content, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }""",
        [content, name],
    )


def test_a_dropped_file_that_is_no_photo_is_said(browser, address):
    refused = pytest.raises(AssertionError, match=r"^console: .* 400 \(BAD REQUEST\)$")  # which Chromium calls an error
    with refused, open_page(browser, address) as page:
        before = shown(page)
        drop(page, "no picture", "note.txt")
        expect(page.get_by_role("status")).to_contain_text("The photo: is not a picture that can be read")
        assert (shown(page) == before).all()


def test_a_dropped_file_that_is_too_large_is_not_sent(browser, address):
    with open_page(browser, address) as page:
        shown(page)
        page.evaluate("document.querySelector('#photo').dataset.largest = 2 ** 20")
        drop(page, " " * (2**20 + 1), "large.png")
        expect(page.get_by_role("status")).to_have_text("large.png has over 1 MB; shrink it.")


def test_classes_are_chosen_by_name(browser, conditional_address, conditional_studio):
    with open_page(browser, conditional_address) as page:
        page.get_by_label("Class").select_option("dog")
        assert same(shown(page, 8), conditional_studio.image(Face(seed=0, label=1)))
        expect(page).to_have_url(re.compile("label=1"))
        assert page.locator("#label option").all_inner_texts() == ["cat", "dog", "<b>bird</b>"]
