"""Opens pages as their readers do: in headless Chromium, on a desktop and on a phone.

    with chromium() as browser, open_page(browser, path, PHONE) as page:
        assert not scrolls_sideways(page)

Close the browser before tests that use asyncio: playwright keeps an event loop running in this thread. A fixture
of module scope is right.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
WITHIN_THE_PAGE = ("data:", "blob:")


@dataclass(frozen=True)
class Viewport:
    """What a page is seen in.

    Args:
        width: in CSS pixels.
        height: in CSS pixels.
        scale: pixels of the screen to a CSS pixel.
        touch: a touch screen, with the layout rules of phones.
    """

    width: int
    height: int
    scale: float = 1
    touch: bool = False


DESKTOP = Viewport(1280, 800)
PHONE = Viewport(360, 740, scale=2, touch=True)


def find_chromium() -> str | None:
    """The browser's path, or None where there is none."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; the test is skipped where none is installed."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("there is no Chromium here: python -m tests.install_browser installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])  # root has no sandbox
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser, source: Path | str, viewport: Viewport = DESKTOP, color_scheme: str = "light"
) -> Iterator[Page]:
    """A page; at the end of the block it must have made no error and no request but for itself or what is below it.

    Args:
        browser: an open browser.
        source: an HTML file, or the address of a server.
        viewport: what it is seen in.
        color_scheme: "light" or "dark".

    Raises:
        AssertionError: with the errors and addresses, if there are any.
    """
    address = source if isinstance(source, str) else source.absolute().as_uri()
    own = (address, *WITHIN_THE_PAGE) if address.endswith("/") else WITHIN_THE_PAGE
    complaints = []

    def on_request(url: str) -> None:
        if url.split("#")[0] != address and not url.startswith(own):
            complaints.append(f"request: {url}")

    context = browser.new_context(
        viewport={"width": viewport.width, "height": viewport.height},
        device_scale_factor=viewport.scale,
        is_mobile=viewport.touch,
        has_touch=viewport.touch,
        color_scheme=color_scheme,
    )
    try:
        page = context.new_page()
        page.on("request", lambda request: on_request(request.url))
        page.on("websocket", lambda socket: on_request(socket.url))
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda message: message.type == "error" and complaints.append(f"console: {message.text}"))
        page.goto(address)
        yield page
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its viewport. (On a phone, innerWidth would grow with the page.)

    Args:
        page: an open page.
    """
    return page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]


def smallest_text(page: Page) -> float:
    """Size of the smallest text that shows, in CSS pixels; drawings' text as scaled with its drawing.

    Args:
        page: an open page.
    """
    return page.evaluate(
        """() => {
            const sizes = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode()); ) {
                const range = document.createRange();
                range.selectNodeContents(node);
                if (!node.data.trim() || !range.getClientRects().length) continue;
                const element = node.parentElement;
                const scale = element.closest("svg") ? element.getScreenCTM().a : 1;
                sizes.push(parseFloat(getComputedStyle(element).fontSize) * scale);
            }
            return Math.min(...sizes);
        }"""
    )


def broken_images(page: Page) -> list[str]:
    """The alternative texts of the images that cannot be decoded.

    Args:
        page: an open page.
    """
    return page.evaluate(
        """async () => {
            const broken = [];
            for (const image of document.images) {
                await image.decode().catch(() => null);
                if (!image.naturalWidth) broken.push(image.alt);
            }
            return broken;
        }"""
    )
