"""The page in a browser, as people with a phone use it, against Python's own interpreter."""

import json
import os
import re
import shutil
from threading import Event

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from export.interpreter import interpret
from pgkeras.latents import interpolate, latents_from_seeds
from tests.browser import DESKTOP, Viewport, broken_images, open_page, scrolls_sideways, smallest_text
from tests.export.conftest import CONFIG
from tests.export.web.conftest import NAMES, Host, hosted
from tests.serve.test_page import pixels, shown

expect.set_options(timeout=60_000)
PHONE = Viewport(390, 844, scale=2, touch=True)
SEEDS = (0, 1, 42, 123456, 2**32 - 1)


def latent(seed: int, towards: int | None = None, way: float = 0) -> np.ndarray:
    start, end = latents_from_seeds([seed, seed if towards is None else towards], CONFIG.latent_size)
    return interpolate(start, end, way) if way else start


def drawn(exported, latents, side: int = 16, **options) -> np.ndarray:
    model = exported / f"generator_{side:04}_float16.tflite"
    return interpret(model.read_bytes(), np.atleast_2d(latents), **options)[0]


def check_same(picture: np.ndarray, expected: np.ndarray) -> None:
    assert picture.shape == expected.shape
    assert np.abs(picture.astype(int) - expected).max() <= 1


def first_face(page) -> np.ndarray:
    expect(page.locator("#status")).to_contain_text(" ms")
    return shown(page)


def wait_until_kept(page) -> None:
    expect(page.locator("#offline")).to_have_text("It works without a network now.")


def wait_until(page, expression: str) -> None:
    """Playwright's own waiting for an expression is what the page's security policy forbids."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


@pytest.mark.parametrize("size", [512, 25])
def test_latents_are_the_desktops_to_the_last_bit(browser, address, size):
    seeds = [*range(200), *SEEDS]
    with open_page(browser, address) as page:
        got = page.evaluate(
            """async ([seeds, size]) => {
                const { latentOfSeed } = await import("./latents.js");
                return seeds.flatMap((seed) => [...new Int32Array(latentOfSeed(seed, size).buffer)]);
            }""",
            [seeds, size],
        )
    assert (np.array(got, np.int32).reshape(-1, size) == latents_from_seeds(seeds, size).view(np.int32)).all()


def test_the_way_is_the_desktops(browser, address):
    with open_page(browser, address) as page:
        got = page.evaluate(
            """async (fractions) => {
                const { between, latentOfSeed } = await import("./latents.js");
                const [from, to] = [latentOfSeed(3, 24), latentOfSeed(4, 24)];
                const latents = [...fractions.map((each) => between(from, to, each)), between(from, from, 0.3)];
                return latents.map((each) => [...each]);
            }""",
            [0, 0.25, 0.5, 1],
        )
    expected = [latent(3, 4, fraction) for fraction in (0, 0.25, 0.5)] + [latent(4), latent(3)]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_is_legible_on_a_phone(browser, address, color_scheme):
    with open_page(browser, address, PHONE, color_scheme) as page:
        first_face(page)
        page.wait_for_selector("#wall button:last-child img[src]")
        assert not scrolls_sideways(page)
        assert smallest_text(page) >= 14
        assert broken_images(page) == []
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (color_scheme == "light")
        for control in page.locator("button:visible, select:visible, input[type=number]:visible").all():
            assert control.bounding_box()["height"] >= 44
        page.locator("#towards").scroll_into_view_if_needed()
        assert page.locator("#image").bounding_box()["y"] >= 0, "the face stays in sight"


def test_seeds_give_the_desktops_faces(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        check_same(first_face(page), drawn(exported, latent(0)))
        for seed in SEEDS:
            page.get_by_label("Seed", exact=True).fill(str(seed))
            check_same(shown(page), drawn(exported, latent(seed)))
            expect(page.locator("#image")).to_have_attribute("alt", f"Seed {seed}")


def test_generate_shows_its_seed(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        first_face(page)
        page.get_by_role("button", name="Generate").press("Enter")
        seed = int(page.get_by_label("Seed", exact=True).input_value())
        assert 0 < seed < 1_000_000
        check_same(shown(page), drawn(exported, latent(seed)))


def test_resolutions(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        first_face(page)
        assert page.locator("#resolution option").all_inner_texts() == ["4 × 4", "8 × 8", "16 × 16"]
        for side in (4, 8):
            page.get_by_label("Resolution").select_option(str(side))
            expect(page.locator("#status")).to_contain_text(f"{side}×{side}, ")
            check_same(pixels(page.locator("#image"), side), drawn(exported, latent(0), side))


def test_the_walk(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        page.get_by_label("Seed", exact=True).fill("12")
        page.get_by_label("The other seed", exact=True).fill("34")
        way = page.get_by_role("slider", name="Position")
        way.fill("0.25")
        check_same(first_face(page), drawn(exported, latent(12, 34, 0.25)))
        way.press("ArrowRight")
        check_same(shown(page), drawn(exported, latent(12, 34, 0.26)))
        way.press("End")
        check_same(shown(page), drawn(exported, latent(34)))


def test_a_walk_begins_at_a_face_with_a_name(browser, address, exported):
    """Its latent is that of seed 42."""
    with open_page(browser, address, PHONE) as page:
        page.locator("#face").select_option("me")
        page.get_by_label("The other seed", exact=True).fill("34")
        check_same(first_face(page), drawn(exported, latent(42)))
        expect(page.locator("#image")).to_have_attribute("alt", "me")
        page.get_by_role("slider", name="Position").fill("0.25")
        check_same(shown(page), drawn(exported, latent(42, 34, 0.25)))
        expect(page.locator("#image")).to_have_attribute("alt", "me, 25 % of the way to seed 34")
        expect(page).to_have_url(re.compile("face=0&towards=34&way=0.25"))
        page.reload()
        check_same(first_face(page), drawn(exported, latent(42, 34, 0.25)))
        page.get_by_label("Seed", exact=True).fill("7")
        expect(page.locator("#face option:checked")).to_have_text("from the seed")
        page.get_by_role("slider", name="Position").fill("0")
        check_same(shown(page), drawn(exported, latent(7)))


def test_variety_is_drawn_and_remembered(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        whole = first_face(page)
        variety = page.get_by_role("slider", name="Variety")
        variety.fill("0.5")
        halved = shown(page)
        check_same(halved, drawn(exported, latent(0), signature="truncated", truncation=0.5))
        assert (halved != whole).any()
        variety.press("Home")
        average = shown(page)
        page.get_by_label("Seed", exact=True).fill("7")
        check_same(shown(page), average)
        variety.fill("0.5")
        page.goto("about:blank")
        page.goto(address)
        check_same(first_face(page), halved)
        assert page.get_by_role("slider", name="Variety").input_value() == "0.5"
        page.goto("about:blank")
        page.goto(f"{address}#variety=0.25")  # somebody's link
        check_same(first_face(page), drawn(exported, latent(0), signature="truncated", truncation=0.25))
        page.goto("about:blank")
        page.goto(address)
        check_same(first_face(page), halved)


def test_nine_at_once(browser, address, exported):
    with open_page(browser, address, PHONE) as page:
        first_face(page)
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#wall-title")).to_have_text("Seeds 9 to 17")
        for seed in range(9, 18):
            picture = page.get_by_alt_text(f"Seed {seed}", exact=True)
            expect(picture).to_have_attribute("data-shows", f"seed={seed}&resolution=16&variety=1")
            expect(picture).not_to_contain_class("stale")
            check_same(pixels(picture), drawn(exported, latent(seed)))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        for tile in page.locator("#wall button").all():
            tile.click(trial=True)
            assert 0 <= tile.bounding_box()["y"] < PHONE.height - tile.bounding_box()["height"]
        page.get_by_role("button", name="Seed 11", exact=True).click()
        check_same(shown(page), drawn(exported, latent(11)))
        expect(page.locator("#image")).to_be_in_viewport(ratio=1)


def test_what_is_no_seed_is_said(browser, address):
    with open_page(browser, address, PHONE) as page:
        before = first_face(page)
        for wrong in ("-1", "4294967296", "1.5", ""):
            page.locator("#seed").fill(wrong)
            assert page.get_by_role("status").first.inner_text().startswith("Seed: ")
        assert (shown(page) == before).all()


def test_a_face_can_be_bookmarked(browser, address, exported):
    with open_page(browser, f"{address}", PHONE) as page:
        page.goto(f"{address}#seed=12&towards=34&way=0.5&resolution=8&variety=0.5")
        page.reload()
        expect(page.locator("#status")).to_contain_text("8×8, ")
        expected = drawn(exported, latent(12, 34, 0.5), 8, signature="truncated", truncation=0.5)
        check_same(pixels(page.locator("#image"), 8), expected)


def test_save(browser, address, exported, tmp_path):
    with open_page(browser, address, PHONE) as page:
        face = first_face(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Save").click()
        assert download.value.suggested_filename == "seed-0.png"
        download.value.save_as(tmp_path / "face.png")
    saved = np.asarray(Image.open(tmp_path / "face.png").convert("RGB"))
    assert (saved == face.repeat(32, axis=0).repeat(32, axis=1)).all()


REFUSING = "CacheStorage.prototype.open = () => Promise.reject(new DOMException('refused', 'SecurityError'));"


def test_a_picture_is_saved_under_its_own_name_while_another_is_drawn(browser, address):
    with open_page(browser, address, DESKTOP) as page:
        first_face(page)
        page.evaluate("Worker.prototype.postMessage = () => null")  # so it is never drawn
        page.get_by_label("Seed", exact=True).fill("777")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save").click()
        assert download.value.suggested_filename == "seed-0.png"


SHARING = """
    navigator.canShare = ({ files }) => files.every((file) => file.type === "image/png");
    navigator.share = async ({ files: [file] }) => {
        window.shared = [file.name, (await createImageBitmap(file)).width];
    };
"""


def test_share_where_the_browser_can(browser, address):
    with open_page(browser, address, PHONE) as page:
        first_face(page)
        expect(page.get_by_role("button", name="Share")).to_be_hidden()
        page.add_init_script(SHARING)
        page.reload()
        first_face(page)
        page.get_by_role("button", name="Share").click()
        wait_until(page, "window.shared")
        assert page.evaluate("window.shared") == ["seed-0.png", 512]


def test_it_works_without_a_network_after_the_first_visit(browser, site, exported):
    with hosted(site) as (address, end), open_page(browser, address, PHONE) as page:
        first_face(page)
        wait_until_kept(page)
        end()
        page.goto(f"{address}#seed=42")
        page.reload()
        expect(page.locator("#image")).to_have_attribute("alt", "Seed 42")
        check_same(shown(page), drawn(exported, latent(42)))
        for side in (4, 8):
            page.get_by_label("Resolution").select_option(str(side))
            expect(page.locator("#status")).to_contain_text(f"{side}×{side}, ")
            check_same(pixels(page.locator("#image"), side), drawn(exported, latent(42), side))
        assert page.locator("#problems").inner_text() == ""


def test_faces_are_drawn_while_the_other_models_come(browser, site, exported):
    """The smallest model comes only after the small images, and then slowly."""
    asked, released = Event(), Event()

    class Slow(Host):
        def send_head(self):
            if "0004_float16" in self.path:
                asked.set()
                released.wait(60)
            return super().send_head()

    with hosted(site, Slow) as (address, _), open_page(browser, address, PHONE) as page:
        first_face(page)
        expect(page.locator("img.stale")).to_have_count(0)
        expect(page.locator("#wall img[src]")).to_have_count(9)
        for _ in range(600):
            if asked.is_set():
                break
            page.wait_for_timeout(100)
        page.get_by_label("Seed", exact=True).fill("42")
        expect(page.locator("#image")).to_have_attribute("alt", "Seed 42")
        check_same(shown(page), drawn(exported, latent(42)))
        assert asked.is_set() and not released.is_set()
        assert page.locator("#offline").inner_text() == ""
        released.set()
        wait_until_kept(page)


def test_what_is_large_is_kept_only_if_asked(browser, site, exported, tmp_path):
    fetched = set()

    class Listing(Host):
        def send_head(self):
            fetched.update(re.findall(r"generator_(\d+)", self.path))
            return super().send_head()

    folder = shutil.copytree(site, tmp_path / "site")
    ask_before_keeping(folder)
    with hosted(folder, Listing) as (address, _), open_page(browser, address, PHONE) as page:
        keep = page.locator("#keep")
        expect(keep).to_have_text("Keep for use without a network (250 MB)")
        check_same(first_face(page), drawn(exported, latent(0)))
        assert fetched == {"0016"}
        keep.click()
        wait_until_kept(page)
        expect(keep).to_be_hidden()
        assert fetched == {"0004", "0008", "0016"}
        page.reload()
        wait_until_kept(page)
        expect(keep).to_be_hidden()


def test_what_could_not_be_kept_is_said_and_tried_again(browser, site, tmp_path):
    """The whole site is not kept if one file does not come."""
    broken = Event()

    class Breaking(Host):
        def send_head(self):
            if broken.is_set() and self.path.startswith("/site.css"):
                return self.send_error(503)
            return super().send_head()

    folder = shutil.copytree(site, tmp_path / "site")
    ask_before_keeping(folder)
    with hosted(folder, Breaking) as (address, _), open_page(browser, address, PHONE) as page:
        first_face(page)
        broken.set()
        page.locator("#keep").click()
        expect(page.locator("#offline")).to_contain_text("could not be kept")
        broken.clear()
        page.locator("#keep").click()
        wait_until_kept(page)
        expect(page.locator("#keep")).to_be_hidden()


@pytest.mark.parametrize("answer", ["Promise.resolve(true)", "Promise.reject(new Error())", "new Promise(() => null)"])
def test_it_asks_for_lasting_storage(browser, address, answer):
    """Whatever the browser, or whoever it asks, makes of that."""
    context = browser.new_context()
    context.add_init_script(f"StorageManager.prototype.persist = () => (window.asked = true) && {answer}")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    wait_until_kept(page)
    assert page.evaluate("window.asked")
    assert errors == []
    context.close()


def test_with_a_full_storage_nothing_is_promised(browser, site, exported, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    files = folder / "files.js"
    files.write_text("Cache.prototype.put = () => Promise.reject(new Error());\n" + files.read_text())
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        check_same(first_face(page), drawn(exported, latent(0)))
        page.evaluate("navigator.serviceWorker.ready.then(() => caches.match('x')).then(() => null)")
        assert page.locator("#offline").inner_text() == ""


def test_with_a_full_storage_whoever_asked_is_told(browser, site, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    files = folder / "files.js"
    files.write_text("Cache.prototype.put = () => Promise.reject(new Error());\n" + files.read_text())
    ask_before_keeping(folder)
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        first_face(page)
        page.locator("#keep").click()
        expect(page.locator("#offline")).to_contain_text("could not be kept")
        expect(page.locator("#keep")).to_be_enabled()


def test_it_can_be_put_on_the_home_screen(browser, address):
    with open_page(browser, address, PHONE) as page:
        wait_until_kept(page)
        client = page.context.new_cdp_session(page)
        described = client.send("Page.getAppManifest")
        assert described["errors"] == []
        errors = {error["errorId"] for error in client.send("Page.getInstallabilityErrors")["installabilityErrors"]}
        assert errors <= {"in-incognito"}, "the tests' pages are"


def test_a_new_version_takes_the_place_of_the_old(browser, site, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        wait_until_kept(page)
        before = page.evaluate("caches.keys()")
        page.evaluate("caches.open('another site')")
        page_file, list_file = folder / "index.html", folder / "site.js"
        page_file.write_text(page_file.read_text().replace("don’t exist", "are new"))
        list_file.write_text(list_file.read_text().replace('"version": "', '"version": "0'))
        page.reload()
        page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
        wait_until(page, "navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null)")
        reopened = page.context.new_page()
        page.close()
        for _ in range(10):  # the browser needs a moment to see that no page shows the old one
            reopened.goto(address)
            if reopened.title() == "People who are new":
                break
            reopened.goto("about:blank")
        expect(reopened).to_have_title("People who are new")
        after = reopened.evaluate("caches.keys()")
        assert "another site" in after
        assert len(after) == len(before) + 1
        assert len(set(before) & set(after)) == 1, "the large files stay"


def test_after_an_update_no_file_is_an_old_one(browser, site, site_with_classes, tmp_path):
    """Though the browser may keep them for a day, and no service worker does."""

    class Lasting(Host):
        def end_headers(self):
            self.send_header("Cache-Control", "no-cache" if self.path == "/" else "max-age=86400")
            super().end_headers()

    folder = shutil.copytree(site, tmp_path / "site")
    ask_before_keeping(folder)
    with hosted(folder, Lasting) as (address, _), open_page(browser, address, PHONE) as page:
        first_face(page)
        former = "generator_0008_float32.tflite?former"
        page.evaluate(f"caches.open('/ large').then((cache) => cache.put('{former}', new Response('')))")
        shutil.rmtree(folder)
        ask_before_keeping(shutil.copytree(site_with_classes, folder))
        page.goto(address)
        expect(page.get_by_label("Class")).to_be_visible()
        first_face_of(page, 8)
        assert page.locator("#problems").inner_text() == ""
        wait_until(page, f"caches.match('{former}').then((found) => !found)")


def ask_before_keeping(folder) -> None:
    """As the page does if the site is large."""
    list_file = folder / "site.js"
    list_file.write_text(re.sub('"bytes": [0-9]+', '"bytes": 249700000', list_file.read_text()))


def damage(path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_model_is_named_and_left_out(browser, site, exported, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    damage(folder / "generator_0016_float16.tflite")
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        expect(page.get_by_role("alert")).to_contain_text("generator_0016_float16.tflite is damaged")
        check_same(first_face_of(page, 8), drawn(exported, latent(0), 8))
        assert page.locator("#resolution option").all_inner_texts() == ["4 × 4", "8 × 8"]


def test_a_repaired_model_draws_at_the_next_visit(browser, site, exported, tmp_path):
    """The browser's own cache, which trusts old files, must not keep the damaged one."""
    folder = shutil.copytree(site, tmp_path / "site")
    model = folder / "generator_0016_float16.tflite"
    damage(model)
    os.utime(model, (0, 0))
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        expect(page.get_by_role("alert")).to_contain_text("generator_0016_float16.tflite is damaged")
        shutil.copy(site / model.name, model)
        page.goto("about:blank")
        page.goto(address)
        check_same(first_face(page), drawn(exported, latent(0)))


def first_face_of(page, side: int) -> np.ndarray:
    expect(page.locator("#status")).to_contain_text(f"{side}×{side}, ")
    return pixels(page.locator("#image"), side)


@pytest.mark.parametrize(
    "file", ["generator_0016_float16.tflite", "runtime/litert_wasm_compat_internal.wasm.xz", "painter.js"]
)
def test_a_download_that_breaks_off_is_not_called_damaged(browser, site, file):
    class Breaking(Host):
        def copyfile(self, source, outputfile):
            content = source.read()
            outputfile.write(content[: len(content) // 2] if file in self.path else content)

    context = browser.new_context()
    with hosted(site, Breaking) as (address, _):
        page = context.new_page()
        page.goto(address)
        words = f"{file} cannot be loaded. Is there a network? Then load this page again."
        expect(page.get_by_role("alert").get_by_role("listitem").first).to_have_text(words)
        if file.startswith("generator"):
            first_face_of(page, 8)
    context.close()


def test_a_model_that_does_not_fit_takes_no_other_with_it(browser, site, exported, tmp_path):
    """Its runtime is of no more use; what waits for it goes to a new one."""
    fails = """
        let dead = false;
        for (const [name, task] of Object.entries(TASKS)) {
            TASKS[name] = async (painter, face) => {
                dead ||= face.resolution === 16;
                if (dead) throw new Error("it does not fit");
                return task(painter, face);
            };
        }
    """
    folder = shutil.copytree(site, tmp_path / "site")
    worker = folder / "worker.js"
    worker.write_text(worker.read_text() + fails)
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        check_same(first_face_of(page, 8), drawn(exported, latent(0), 8))
        expect(page.get_by_role("alert").get_by_role("listitem")).to_have_text(["it does not fit"])
        assert page.locator("#resolution option").all_inner_texts() == ["4 × 4", "8 × 8"]


def test_a_damaged_runtime_is_named(browser, site, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    damage(folder / "runtime" / "litert_wasm_compat_internal.wasm.xz")
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        expect(page.get_by_role("alert").get_by_role("listitem")).to_have_count(3)
        expect(page.get_by_role("alert")).to_contain_text("litert_wasm_compat_internal.wasm.xz is damaged")
        expect(page.get_by_role("button", name="Generate")).to_be_disabled()


def test_a_damaged_face_is_named(browser, site, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["faces"][0]["latent"].pop()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        expect(page.get_by_role("alert")).to_contain_text("The face me in manifest.json is damaged")
        expect(page.get_by_role("button", name="Generate")).to_be_disabled()


def test_wrong_pictures_are_left_out(browser, site, exported, tmp_path):
    folder = shutil.copytree(site, tmp_path / "site")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["models"][0]["goldens"][1]["thumbnail"][3] += 3
    manifest["models"][1]["truncation"]["goldens"][0]["thumbnail"][3] += 3
    path.write_text(json.dumps(manifest))
    with hosted(folder) as (address, _), open_page(browser, address, PHONE) as page:
        alert = page.get_by_role("alert")
        expect(alert.get_by_role("listitem")).to_have_count(2)
        for side in (4, 8):
            expect(alert).to_contain_text(f"generator_{side:04}_float16.tflite gives wrong pictures")
        check_same(first_face(page), drawn(exported, latent(0)))
        assert page.locator("#resolution option").all_inner_texts() == ["16 × 16"]


def test_without_simd_it_says_so(browser, address):
    context = browser.new_context()
    context.add_init_script("WebAssembly.validate = () => false")
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("lacks WebAssembly SIMD")
    expect(page.locator("#generate")).to_be_disabled()
    expect(page.locator("#figure")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#status")).to_be_empty()
    context.close()


def test_where_the_browser_keeps_nothing_it_draws_all_the_same(browser, site, exported, tmp_path):
    """As with site data blocked: every storage refuses."""
    folder = shutil.copytree(site, tmp_path / "site")
    worker = folder / "worker.js"
    worker.write_text(REFUSING + worker.read_text())
    context = browser.new_context()
    context.add_init_script("""
        const refuse = () => Promise.reject(new DOMException("refused", "SecurityError"));
        CacheStorage.prototype.open = ServiceWorkerContainer.prototype.register = refuse;
        const refusing = { get() { throw new DOMException("refused", "SecurityError"); } };
        Object.defineProperty(window, "localStorage", refusing);
    """)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with hosted(folder) as (address, _):
        page.goto(address)
        check_same(first_face(page), drawn(exported, latent(0)))
        expect(page.locator("#problems li")).to_have_count(0)
        assert errors == []
        context.close()


def test_classes_are_chosen_by_name(browser, site_with_classes, exported_with_classes):
    model = (exported_with_classes / "generator_0008_float32.tflite").read_bytes()
    with hosted(site_with_classes) as (address, _), open_page(browser, address, DESKTOP) as page:
        page.get_by_label("Class").select_option("dog")
        expect(page).to_have_url(re.compile("label=1"))
        expected = interpret(model, latent(0)[None], np.eye(3, dtype=np.float32)[[1]])[0]
        check_same(first_face_of(page, 8), expected)
        assert page.locator("#label option").all_inner_texts() == NAMES
        assert "CC-BY-4.0" in page.locator("footer").inner_text()
