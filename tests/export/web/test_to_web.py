"""The to_web command: what it writes, and what it refuses."""

import hashlib
import json
import lzma
import shutil

import pytest

from export.to_web import main
from tests.command_lines import call, fail


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "exported")


@pytest.fixture
def refused(tmp_path, capsys, monkeypatch):
    """Runs the command, checks that it fails in one line and leaves nothing behind, and returns the line."""

    def check(exported, *arguments):
        out = tmp_path / "site"
        line = fail(main, capsys, monkeypatch, exported, "--out", out, *arguments)
        assert not out.exists()
        return line

    return check


def change(folder, edit) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    edit(manifest)
    path.write_text(json.dumps(manifest))


def test_the_site_names_what_it_is_made_of(site, exported):
    described = json.loads((site / "site.js").read_text().removeprefix("self.SITE = ").removesuffix(";\n"))
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {*described["shell"], *described["large"], "index.html", "service-worker.js"} == files | {"./"}
    for name, digest in described["large"].items():
        content = (site / name).read_bytes()
        assert hashlib.sha256(lzma.decompress(content) if name.endswith(".xz") else content).hexdigest() == digest
    models = [model["file"] for model in json.loads((site / "manifest.json").read_text())["models"]]
    assert models == [f"generator_{side:04}_float16.tflite" for side in (4, 8, 16)]


def test_the_runtime_has_its_licence_and_digests(site):
    notice = (site / "runtime" / "NOTICE.txt").read_text()
    for word in ("@litertjs/core 2.5.3, Apache-2.0", "xz-decompress 0.2.3, MIT", "sha512-", "Permission is hereby"):
        assert word in notice
    packed = (site / "runtime" / "litert_wasm_compat_internal.wasm.xz").read_bytes()
    assert hashlib.sha256(lzma.decompress(packed)).hexdigest() in notice
    assert "Apache License" in (site / "runtime" / "LICENSE-Apache-2.0.txt").read_text()


def test_it_prints_sizes_and_gives_the_same_site_again(site, exported, npm, tmp_path):
    output = call(main, exported, "--out", tmp_path / "site")
    (whole,) = (line for line in output.splitlines() if line.endswith("whole"))
    assert 2 < float(whole.split()[2]) < 5
    assert "python -m http.server" in output
    assert (tmp_path / "site" / "site.js").read_text() == (site / "site.js").read_text()


def test_no_exported_folder(refused, tmp_path):
    assert "has no manifest.json" in refused(tmp_path / "missing")


def test_manifests_of_other_versions(refused, copy):
    change(copy, lambda manifest: [model.pop("truncation") for model in manifest["models"]])
    assert "older pgkeras; export again" in refused(copy)
    change(copy, lambda manifest: manifest.update(format_version=2))
    assert "format_version 2" in refused(copy)


def test_a_wrong_digest(refused, copy):
    change(copy, lambda manifest: [model.update(sha256="0" * 64) for model in manifest["models"]])
    assert "is damaged" in refused(copy)


def test_pictures_that_the_runtime_does_not_draw(refused, copy, npm):
    change(copy, lambda manifest: manifest["models"][1]["goldens"][0]["thumbnail"].reverse())
    assert "generator_0004_float16.tflite gives wrong pictures" in refused(copy)


def test_a_model_that_the_runtime_does_not_hold(refused, copy, npm):
    model = copy / "generator_0008_float16.tflite"
    model.write_bytes(b"no model" * 100)

    def describe(manifest):
        for each in manifest["models"]:
            if each["file"] == model.name:
                content = model.read_bytes()
                each.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())

    change(copy, describe)
    assert "generator_0008_float16.tflite: the page's runtime does not run it" in refused(copy)


def test_a_folder_that_is_not_empty_stays_as_it_is(exported, tmp_path, capsys, monkeypatch):
    (tmp_path / "mine").write_text("mine")
    for out in (tmp_path, tmp_path / "mine"):
        assert f"--out {out}: is not an empty folder" in fail(main, capsys, monkeypatch, exported, "--out", out)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_made(exported, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "site"
    assert "cannot be written (Not a directory)" in fail(main, capsys, monkeypatch, exported, "--out", out)


@pytest.mark.parametrize("program", ["node", "npm"])
def test_npm_is_missing(refused, exported, monkeypatch, program):
    which = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: None if name == program else which(name))
    assert f"{program} is not here" in (line := refused(exported))
    assert "apt-get install npm" in line


def test_npm_is_run_where_it_was_found(refused, exported, npm, monkeypatch, tmp_path):
    """On Windows it has a name of its own, npm.CMD."""
    script = tmp_path / "npm.CMD"
    script.write_text("#!/bin/sh\necho 'npm error the one with its own name' >&2\nexit 1\n")
    script.chmod(0o755)
    which = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: str(script) if name == "npm" else which(name))
    assert "npm: the one with its own name" in refused(exported)


@pytest.mark.parametrize("version", ["v14.21.3", "v9.0.0", ""])
def test_an_old_node_is_refused(refused, exported, npm, monkeypatch, tmp_path, version):
    script = tmp_path / "node"
    script.write_text(f"#!/bin/sh\necho '{version}'\n")
    script.chmod(0o755)
    which = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: str(script) if name == "node" else which(name))
    assert f"Node.js {version or 'of no version'}, and the page needs 16 or later" in refused(exported)


def test_npm_is_offline(refused, exported, npm, tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    assert "npm: " in (line := refused(exported))
    assert "check the network" in line
