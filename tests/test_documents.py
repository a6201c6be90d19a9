"""What README and docs tell readers to type: it parses, and it runs, unless they say why not."""

import shutil
import subprocess
import sys

import click
import numpy as np
import pytest
from PIL import Image

from pgkeras import Run
from pgkeras.__main__ import main as pgkeras
from tests.command_lines import ROOT, call
from tests.documents import DOCUMENTS, blocks

SHORTER = {"walk": ["--seconds", "5"], "evaluate": ["--num-images", "256"]}
"""What the tests add to commands that would otherwise take half a minute each."""
PROGRAMS = {"adb", "pip", "source", "tensorboard", "mkdocs", "pytest"}
"""Of others: not checked."""
names = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().split()) <= 800


@names
def test_every_command_parses(document, monkeypatch):
    monkeypatch.setattr("os.path.lexists", lambda path: True)  # the runs that commands name
    for block in blocks(document):
        compile(block.program, str(document), "exec")
        for words in block.lines:
            check(words)


def check(words: list[str]) -> None:
    program, *arguments = [word for word in words if not word.startswith("KERAS_BACKEND=")]
    if program == "pgkeras":
        name, *options = arguments
        command = pgkeras.get_command(click.Context(pgkeras, info_name="pgkeras"), name)
        assert command, f"pgkeras {name}: no such command"
        command.make_context(name, options)
    elif program == "make":
        target = arguments[0]
        assert f"\n{target}:" in (ROOT / "Makefile").read_text()
    elif program == "python":
        is_ours = arguments[0] != "-m"
        assert not is_ours or (ROOT / arguments[0]).is_file(), arguments[0]
    else:
        assert program in PROGRAMS, f"{program}: is this a command?"


@pytest.mark.slow
def test_the_site_builds(tmp_path):
    """Strictly: a broken link, or a name that is not there, is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    options = (tmp_path / "reference" / "options" / "index.html").read_text()
    assert "<code>minibatch_stddev_group</code>" in options


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """What the documents assume: photos, faces, and a run on them, with a network that has learned next to nothing."""
    skimage = pytest.importorskip("skimage")
    folder = tmp_path_factory.mktemp("world")
    (folder / "photos").mkdir()
    Image.fromarray(skimage.data.astronaut()).save(folder / "photos" / "astronaut.png")
    random = np.random.default_rng(0)
    faces = random.integers(0, 256, (64, 64, 64, 3), dtype=np.uint8)
    np.savez(folder / "faces.npz", images=faces)
    (folder / "pictures").mkdir()
    for number, face in enumerate(faces[:4]):
        Image.fromarray(face).save(folder / "pictures" / f"{number}.png")
    config = {
        "resolution": 64,
        "fmap_max": 8,
        "straight_kimg": {4: 0.2, 8: 0, 64: 0.2},
        "fade_in_kimg": 0,
        "snapshots_per_phase": 1,
        "precision": "float32",
    }
    run = Run.create(folder / "faces.npz", config, folder / "runs", preset="quick")
    assert run.train()
    return folder


def runs_anything(document) -> bool:
    return any(block.runs for block in blocks(document))


@pytest.mark.slow
@pytest.mark.parametrize("document", [*filter(runs_anything, DOCUMENTS)], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_run(document, world, tmp_path, monkeypatch, few_steps):
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for block in blocks(document):
        if not block.runs:
            continue
        exec(compile(block.program, str(document), "exec"), {})
        for program, *arguments in block.lines:
            assert program == "pgkeras", f"{program}: say why it is not run"
            call(pgkeras, *arguments, *SHORTER.get(arguments[0], []))
