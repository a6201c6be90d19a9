"""What `pip install pgkeras` brings: built, looked into, and used away from the repository."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.command_lines import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT], check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def pgkeras(wheel, tmp_path_factory):
    """The installed command, run in an empty folder: the wheel in an environment of its own, beside our packages."""
    away = tmp_path_factory.mktemp("away")
    environment = away / "environment"
    venv.create(environment, symlinks=True)
    install = ["-m", "pip", "--python", environment / "bin" / "python", "install", "--quiet", "--no-deps", wheel]
    subprocess.run([sys.executable, *install], check=True)
    (site_packages,) = environment.glob("lib/python*/site-packages")
    # Only the folder's packages: the editable pgkeras in it is a .pth file, which is not read from here.
    (site_packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*arguments: object) -> str:
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [environment / "bin" / "pgkeras", *map(str, arguments)]
        done = subprocess.run(command, cwd=away, env=clean, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.folder = away
    return run


def test_nothing_but_pgkeras_lands_on_the_import_path(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"pgkeras", f"{wheel.stem.rsplit('-', 3)[0]}.dist-info"}
    rooms = {name.split("/")[2] for name in names if name.startswith("pgkeras/_tools/")}
    assert rooms == {"preprocessing", "export"}
    assert "pgkeras/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or "/test" in name]


def test_all_that_is_not_python_comes_too(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for room, place in (("pgkeras", "pgkeras"), ("preprocessing", "pgkeras/_tools/preprocessing")):
        ours = [path for path in (ROOT / room).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert {f"{place}/{path.relative_to(ROOT / room).as_posix()}" for path in ours} <= names


def test_it_is_the_wheel_that_runs(pgkeras):
    assert f"in {pgkeras.folder}" in pgkeras("doctor")


def test_lists_all_commands_but_the_app_s(pgkeras):
    listed = pgkeras("--help")
    for name in ("crop", "train", "export", "verify", "web"):
        assert f"\n  {name} " in listed
    assert "\n  apk " not in listed


def test_from_a_photo_to_a_phone(pgkeras):
    """A face, the same 64 times over, is trained on for a moment: every command finds what the last one wrote."""
    skimage = pytest.importorskip("skimage")
    from PIL import Image

    photos = pgkeras.folder / "photos"
    photos.mkdir()
    Image.fromarray(skimage.data.astronaut()).save(photos / "astronaut.png")
    assert "1 " in pgkeras("crop", "photos", "--out", "face.npz", "--size", 16)
    with np.load(pgkeras.folder / "face.npz") as face:
        np.savez(pgkeras.folder / "faces.npz", images=np.repeat(face["images"], 64, axis=0))
    tiny = ["--preset", "quick", "--resolution", 16, "--fmap-max", 8, "--kimg", 1, "--snapshots-per-phase", 1]
    assert "trained runs/00000-faces-16" in pgkeras("train", "faces.npz", "--out", "runs", *tiny)
    pgkeras("generate", "runs/00000-faces-16", "--out", "grid.png", "--num", 4)
    with Image.open(pgkeras.folder / "grid.png") as grid:
        assert grid.size == (32, 32)
    pgkeras("evaluate", "runs/00000-faces-16", "--metrics", "swd", "--num-images", 16)
    small = ["--resolutions", 16, "--quantize", "float32", "--num-latents", 4]
    pgkeras("export", "runs/00000-faces-16", "--out", "exported", *small)
    assert "verified 1 model in" in pgkeras("verify", "exported")
