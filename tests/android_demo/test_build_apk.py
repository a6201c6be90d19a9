"""The command, its gates, and what they refuse."""

import hashlib
import re
import shutil
import struct
import subprocess
import zipfile

import pytest

from android_demo.apk import gates, resources
from android_demo.apk.app import KEY, KEY_PASSWORD, MIN_SDK, version_code
from android_demo.apk.artifacts import PLATFORM, Artifact
from android_demo.apk.assemble import PAGE, assemble, sign
from android_demo.apk.code import compile_java, make_dex
from android_demo.apk.maven import fetch
from android_demo.apk.stored_entries import read_entries
from android_demo.apk.tools import run_tool
from android_demo.build_apk import main
from android_demo.install_tools import main as install_tools
from export.exported_folder import read_exported
from pgkeras import UserError
from tests.android_demo.artifacts import OLD_RUNTIME
from tests.command_lines import call, fail


@pytest.fixture(scope="session")
def apk(artifacts, exported, tmp_path_factory):
    """The command's APK, and what it printed."""
    path = tmp_path_factory.mktemp("apk") / "demo.apk"
    return path, call(main, exported, "--out", path)


@pytest.mark.slow
def test_reports_the_size_of_each_part(apk):
    path, output = apk
    for words in ("generator_0016_float16.tflite", "code", "TensorFlow Lite, arm64-v8a", "passed all gates"):
        assert words in output
    assert f"{path.stat().st_size / 1e6:.2f} MB  whole, to download" in output
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist() if info.filename.startswith("lib/arm64-v8a/"))
    assert f"{(path.stat().st_size + unpacked) / 1e6:.2f} MB  installed on arm64-v8a" in output
    assert path.stat().st_size < 20e6


@pytest.mark.slow
def test_models_are_the_exported_ones(apk, exported):
    with zipfile.ZipFile(apk[0]) as archive:
        names = [name for name in archive.namelist() if name.endswith(".tflite")]
        assert len(names) == 3
        for name in names:
            assert archive.read(name) == (exported / name.removeprefix("assets/")).read_bytes()


@pytest.mark.slow
def test_models_begin_on_pages(apk):
    mapped = [entry for entry in read_entries(apk[0]) if entry.name.endswith(".tflite")]
    assert len(mapped) == 3
    assert all(entry.stored and entry.offset % PAGE == 0 for entry in mapped)


@pytest.mark.slow
def test_libraries_are_deflated_for_two_processors(apk):
    libraries = [entry for entry in read_entries(apk[0]) if entry.name.endswith(".so")]
    assert [entry.name for entry in libraries] == [
        f"lib/{abi}/{name}.so" for abi in ("arm64-v8a", "x86_64") for name in ("libjnijavacpp", "libjnitensorflowlite")
    ]
    assert not any(entry.stored for entry in libraries)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("readelf"), reason="readelf is not installed (apt-get install binutils)")
def test_libraries_are_for_pages_of_16_kb(apk, tmp_path):
    """As binutils read them."""
    with zipfile.ZipFile(apk[0]) as archive:
        for name in filter(re.compile("lib/").match, archive.namelist()):
            library = archive.extract(name, tmp_path)
            headers = subprocess.run(["readelf", "-lW", library], capture_output=True, text=True, check=True).stdout
            loads = re.findall(r"^  LOAD .* (0x\w+)$", headers, re.MULTILINE)
            assert len(loads) == 3
            assert all(int(alignment, 16) >= 0x4000 for alignment in loads), name


@pytest.mark.slow
def test_the_same_inputs_give_the_same_code_and_models(apk, exported, tmp_path):
    """Only the signature differs from build to build."""
    again = tmp_path / "again.apk"
    call(main, exported, "--out", again)
    assert [_digest(apk[0], name) for name in _names(apk[0])] == [_digest(again, name) for name in _names(again)]


def _names(apk):
    with zipfile.ZipFile(apk) as archive:
        return archive.namelist()


def _digest(apk, name):
    with zipfile.ZipFile(apk) as archive:
        return name, hashlib.sha256(archive.read(name)).hexdigest()


def changed(apk, path, change):
    """A copy of an APK with other entries, aligned and signed."""
    with zipfile.ZipFile(apk) as old, zipfile.ZipFile(path.with_suffix(".zip"), "w") as new:
        for info in old.infolist():
            kept = change(info, old.read(info))
            if kept is not None:
                new.writestr(info, kept)
    run_tool("zipalign", "-f", PAGE, path.with_suffix(".zip"), path.with_suffix(".aligned"))
    sign(path.with_suffix(".aligned"), path)
    return path


def refused(gate, *arguments):
    with pytest.raises(UserError) as error:
        gate(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.slow
def test_unsigned(apk, tmp_path):
    unsigned = tmp_path / "unsigned.apk"
    run_tool("zipalign", "-f", PAGE, apk[0], unsigned)
    assert "apksigner" in refused(gates.check_signature, unsigned)


@pytest.mark.slow
def test_signed_by_scheme_2_alone(apk, tmp_path):
    path = tmp_path / "signed.apk"
    key = ("--ks", KEY, "--ks-pass", f"pass:{KEY_PASSWORD}")
    schemes = ("--v1-signing-enabled", "false", "--v3-signing-enabled", "false", "--v4-signing-enabled", "false")
    run_tool("apksigner", "sign", *key, *schemes, "--min-sdk-version", MIN_SDK, "--out", path, apk[0])
    assert "scheme v3" in refused(gates.check_signature, path)


@pytest.mark.slow
def test_without_a_processor(apk, tmp_path):
    path = changed(apk[0], tmp_path / "x.apk", lambda info, content: None if "x86_64" in info.filename else content)
    assert "x86_64" in refused(gates.check_badging, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resources.arsc", "assets/generator_0004_float16.tflite"])
def test_deflated(apk, tmp_path, name):
    def deflate(info, content):
        if info.filename.startswith(name):
            info.compress_type = zipfile.ZIP_DEFLATED
        return content

    path = changed(apk[0], tmp_path / "deflated.apk", deflate)
    assert "deflated" in refused(gates.check_layout, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resources.arsc", "assets/generator_0004_float16.tflite"])
def test_not_aligned(apk, tmp_path, name):
    path = tmp_path / "moved.apk"
    with zipfile.ZipFile(apk[0]) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            padding = 1 if info.filename == name else 0
            # The header's extra field ends where the content begins.
            offset = new.fp.tell() + 30 + len(info.filename.encode())
            info.extra = bytes(-offset % PAGE + padding)
            new.writestr(info, old.read(info))
    assert f"{name} begins at" in refused(gates.check_layout, path)


@pytest.fixture(scope="session")
def old_library(artifacts):
    """A runtime's whose segments lie on 4 KB, for each processor."""
    with zipfile.ZipFile(artifacts[OLD_RUNTIME]) as archive:
        return {abi: archive.read(f"jni/{abi}/libtensorflowlite_jni.so") for abi in ("arm64-v8a", "armeabi-v7a")}


def aligned_to_16_kb(library):
    """Only its headers say so."""
    patched = bytearray(library)
    (headers,) = struct.unpack_from("<Q", patched, 0x20)
    size, number = struct.unpack_from("<HH", patched, 0x36)
    for header in range(headers, headers + size * number, size):
        if patched[header : header + 4] == b"\1\0\0\0":
            struct.pack_into("<Q", patched, header + 48, 0x4000)
    return bytes(patched)


def with_library(apk, path, library):
    name = "lib/arm64-v8a/libjnitensorflowlite.so"
    return changed(apk, path, lambda info, content: library if info.filename == name else content)


@pytest.mark.slow
def test_a_library_for_pages_of_4_kb(apk, old_library, tmp_path):
    path = with_library(apk[0], tmp_path / "old.apk", old_library["arm64-v8a"])
    words = "libjnitensorflowlite.so does not load where pages have 16384 bytes: its segments are aligned to 4096 bytes"
    assert words in refused(gates.check_libraries, path)


@pytest.mark.slow
def test_such_a_library_with_patched_alignment(apk, old_library, tmp_path):
    path = with_library(apk[0], tmp_path / "patched.apk", aligned_to_16_kb(old_library["arm64-v8a"]))
    assert re.search(r"RELRO, from 0x\w+ to 0x\w+, shares a page", refused(gates.check_libraries, path))


@pytest.mark.slow
def test_a_32_bit_library(apk, old_library, tmp_path):
    path = with_library(apk[0], tmp_path / "old.apk", old_library["armeabi-v7a"])
    assert "is not a 64-bit ELF file" in refused(gates.check_libraries, path)


@pytest.mark.slow
def test_a_processor_without_a_library(apk, tmp_path):
    name = "lib/x86_64/libjnijavacpp.so"
    path = changed(apk[0], tmp_path / "x.apk", lambda info, content: None if info.filename == name else content)
    assert "x86_64 has other libraries than arm64-v8a" in refused(gates.check_libraries, path)


@pytest.mark.slow
def test_libraries_that_the_installer_would_not_unpack(artifacts, exported, monkeypatch, tmp_path):
    source_manifest = resources.source_manifest

    def without(path):
        source_manifest(path)
        path.write_text(path.read_text().replace(' android:extractNativeLibs="true"', ""))

    monkeypatch.setattr(resources, "source_manifest", without)
    apk = assemble(read_exported(exported), artifacts, "0.1.0", tmp_path)
    assert "does not let the installer unpack" in refused(gates.check_libraries, apk)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "word"),
    [("Runnable r = () -> {};", "invoke-custom"), ("org.json.simple.Absent.call();", "org/json/simple/Absent")],
)
def test_code_that_no_phone_runs(apk, artifacts, tmp_path, statement, word):
    absent = tmp_path / "Absent.java"
    absent.write_text("package org.json.simple; public class Absent { public static void call() {} }")
    compile_java([absent], [], tmp_path / "absent")
    code = tmp_path / "Code.java"
    code.write_text(f"class Code {{ void run() {{ {statement} }} }}")
    compile_java([code], [tmp_path / "absent"], tmp_path / "classes")
    make_dex(artifacts, [tmp_path / "classes"], tmp_path / "classes2.dex")

    path = tmp_path / "code.apk"
    path.write_bytes(apk[0].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(tmp_path / "classes2.dex", "classes2.dex")
    assert word in refused(gates.check_code, path, artifacts[PLATFORM])


@pytest.fixture
def without_tools(monkeypatch, tmp_path):
    monkeypatch.setattr("android_demo.apk.tools._PACKAGES", {"aapt2-is-not-here": "aapt", "nor-java": "openjdk"})
    monkeypatch.setattr("android_demo.apk.tools.FRAMEWORK_RESOURCES", tmp_path / "none.apk")


def test_missing_tools_are_named(without_tools, monkeypatch, tmp_path, capsys):
    line = fail(main, capsys, monkeypatch, tmp_path)
    assert "apt-get install aapt android-framework-res openjdk" in line


def test_missing_tools_where_nothing_may_be_installed(without_tools, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = fail(install_tools, capsys, monkeypatch)
    assert "apt-get install aapt android-framework-res openjdk" in line


@pytest.mark.parametrize(("user", "sudo"), [(0, []), (1000, ["sudo", "--non-interactive"])])
def test_missing_tools_are_installed(without_tools, monkeypatch, tmp_path, capsys, user, sudo):
    commands = []
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("shutil.which", lambda program: f"/bin/{program}" if program in ("apt-get", "sudo") else None)
    monkeypatch.setattr("subprocess.run", lambda command, **options: commands.append(command))
    fail(install_tools, capsys, monkeypatch)
    assert commands[0] == [*sudo, "apt-get", "update", "-qq"]
    assert commands[1][-3:] == ["aapt", "android-framework-res", "openjdk"]


def test_folder_that_is_not_exported(tools, monkeypatch, tmp_path, capsys):
    assert "manifest.json" in fail(main, capsys, monkeypatch, tmp_path)


def test_out_in_a_folder_that_is_not_there(monkeypatch, tmp_path, capsys):
    out = tmp_path / "nowhere" / "demo.apk"
    assert str(out) in fail(main, capsys, monkeypatch, tmp_path, "--out", out)


def test_out_that_is_a_folder(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    for out in (tmp_path, "."):
        assert f"--out {out} is a folder" in fail(main, capsys, monkeypatch, tmp_path, "--out", out)


def test_artifact_with_another_digest(tmp_path):
    artifact = Artifact("group", "name", "1", "0" * 64)
    (tmp_path / artifact.file).write_bytes(b"not it")
    with pytest.raises(UserError, match="SHA-256"):
        fetch([artifact], tmp_path)
    assert not (tmp_path / artifact.file).exists()


def test_artifact_that_maven_does_not_find(tools, tmp_path):
    with pytest.raises(UserError, match=r"no\.such:thing:jar:1"):
        fetch([Artifact("no.such", "thing", "1", "0" * 64)], tmp_path)
    assert not list(tmp_path.iterdir())


def test_versions_count_up():
    versions = ("0.1", "0.1.2.dev3", "0.2.0rc1", "0.2.0", "0.2.11", "1.0.0")
    assert [version_code(version) for version in versions] == [100, 102, 200, 200, 211, 10000]
