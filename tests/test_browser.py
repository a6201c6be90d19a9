"""What the helper for pages must notice, or tests of pages could not fail."""

import pytest

from tests.browser import PHONE, broken_images, open_page, scrolls_sideways, smallest_text


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>nonsense()</script>", "script: nonsense is not defined"),
        ("<script>console.error('oh')</script>", "console: oh"),
        ("<img src='missing.png'>", "request: file://"),
    ],
)
def test_errors_and_requests_are_noticed(browser, tmp_path, body, complaint):
    path = tmp_path / "page.html"
    path.write_text(body)
    with pytest.raises(AssertionError, match=complaint), open_page(browser, path):
        pass


def test_overflow_small_text_and_broken_images_are_noticed(browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<div style='width: 500px; font-size: 9px'>wide</div><img src='data:,nothing' alt='no picture'>")
    with open_page(browser, path, PHONE) as page:
        assert scrolls_sideways(page)
        assert smallest_text(page) == 9
        assert broken_images(page) == ["no picture"]
    path.write_text("<meta name=viewport content='width=device-width'><p style='font-size: 20px'>fine</p>")
    with open_page(browser, path, PHONE) as page:
        assert not scrolls_sideways(page)
        assert smallest_text(page) == 20
        assert broken_images(page) == []
