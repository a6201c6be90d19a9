"""A site of small models, and one with classes."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from export.to_tflite import main as to_tflite
from export.to_web import main as to_web
from pgkeras.labels import write_label_names
from tests.command_lines import call

NAMES = ["cat", "dog", "<b>bird</b>"]


@pytest.fixture(scope="session")
def npm() -> None:
    """What brings the runtime; the tests that need it are skipped where it is missing."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"there is no {program} here: apt-get install npm")


@pytest.fixture(scope="session")
def site(exported, npm, tmp_path_factory) -> Path:
    """What the command makes of models from 4x4 to 16x16."""
    out = tmp_path_factory.mktemp("web") / "site"
    call(to_web, exported, "--out", out)
    return out


@pytest.fixture(scope="session")
def exported_with_classes(make_generator, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    write_label_names(folder, NAMES)
    make_generator(resolution=8, label_size=len(NAMES)).save(folder / "generator_0008.keras")
    options = ("--quantize", "float32", "--num-latents", "8", "--card", "licence=CC-BY-4.0")
    call(to_tflite, folder, "--out", folder / "exported", *options)
    return folder / "exported"


@pytest.fixture(scope="session")
def site_with_classes(exported_with_classes, npm, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("web") / "site"
    call(to_web, exported_with_classes, "--out", out)
    return out


class Host(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        """A test's output is not for that."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *details) -> None:
        """A browser that leaves breaks its downloads off; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*details)


@contextmanager
def hosted(folder: Path, host: type[Host] = Host) -> Iterator[tuple[str, Callable[[], None]]]:
    """A static host: its address, and a function that ends it before the block does."""
    server = Server(("127.0.0.1", 0), partial(host, directory=folder))
    thread = Thread(target=server.serve_forever)
    thread.start()

    def end() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    try:
        yield f"http://127.0.0.1:{server.server_port}/", end
    finally:
        if thread.is_alive():
            end()


@pytest.fixture(scope="module")
def address(site) -> Iterator[str]:
    with hosted(site) as (address, _):
        yield address
