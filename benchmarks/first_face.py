"""Seconds from opening the page for browsers to its first face: `python -m benchmarks.first_face site`."""

from pathlib import Path
from statistics import median

import click

from pgkeras.command_line import run
from pgkeras.errors import UserError
from tests.browser import PHONE, chromium, find_chromium
from tests.export.web.conftest import hosted

VISITS = ("first", "second")
ROW = "{:>8}  {:>12}  {:>18}".format
# The picture and the page's load event, in milliseconds since the page was asked for.
WATCH = """addEventListener("DOMContentLoaded", () =>
  document.querySelector("#image").addEventListener("load", () => { self.drawn ??= performance.now(); }));"""
TIMES = "[self.drawn, performance.getEntriesByType('navigation')[0].loadEventEnd]"


@click.command()
@click.argument("site", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Visitors; the median counts.")
def main(site: Path, rounds: int) -> None:
    """Opens SITE, a folder that export/to_web.py made, from this machine in headless Chromium at a phone's size.

    On the first visit the WebAssembly is unpacked and compiled, and the largest model passes its self-test; on the
    second, the files come from the browser's cache.
    """
    if find_chromium() is None:
        raise UserError("there is no Chromium here: python -m tests.install_browser installs it")
    times = {visit: [] for visit in VISITS}
    with chromium() as browser:
        for _ in range(rounds):
            with hosted(site) as (address, _):
                context = browser.new_context(
                    viewport={"width": PHONE.width, "height": PHONE.height}, device_scale_factor=PHONE.scale
                )
                context.add_init_script(WATCH)
                for visit in VISITS:
                    page = context.new_page()
                    page.goto(address)
                    page.wait_for_selector("#figure[aria-busy=false]")
                    page.wait_for_selector("#offline:not(:empty)", state="attached")
                    times[visit].append(page.evaluate(TIMES))
                    page.close()
                context.close()
    print(ROW("visit", "from opening", "after the load event"))
    for visit, found in times.items():
        drawn = median(drawn for drawn, _ in found)
        after = median(drawn - loaded for drawn, loaded in found)
        print(ROW(visit, f"{drawn / 1000:.2f} s", f"{after / 1000:.2f} s"))


if __name__ == "__main__":
    run(main)
