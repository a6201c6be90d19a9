"""All parts into one signed file."""

import zipfile
from pathlib import Path

from android_demo.apk.app import KEY, KEY_PASSWORD
from android_demo.apk.artifacts import Artifact
from android_demo.apk.code import compile_app, make_dex
from android_demo.apk.resources import link_resources
from android_demo.apk.runtime import runtime_libraries
from android_demo.apk.tools import run_tool
from export.exported_folder import Exported

# Models begin on pages of the largest size that phones use.
PAGE = 16384
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def assemble(exported: Exported, artifacts: dict[Artifact, Path], version: str, work: Path) -> Path:
    """Builds the app.

    Args:
        exported: the models to bundle.
        artifacts: the files of `FOR_THE_APP`.
        version: of the app.
        work: an empty folder for the parts.

    Returns:
        The signed APK, in `work`.
    """
    linked = link_resources(exported, version, work)
    runtime = compile_app(artifacts, work / "gen", work / "classes")
    make_dex(artifacts, [work / "classes", runtime], work / "classes.dex")
    _add_code(linked, work / "classes.dex", runtime_libraries(artifacts))
    run_tool("zipalign", "-f", PAGE, linked, work / "aligned.apk")
    sign(work / "aligned.apk", work / "signed.apk")
    return work / "signed.apk"


def sign(unsigned: Path, signed: Path) -> None:
    """Signs an aligned APK with the schemes 2 and 3, which keep it as it is.

    Args:
        unsigned: the APK.
        signed: the file to write.
    """
    run_tool(
        *("apksigner", "sign", "--ks", KEY, "--ks-pass", f"pass:{KEY_PASSWORD}"),
        *("--v1-signing-enabled", "false", "--v2-signing-enabled", "true"),
        *("--v3-signing-enabled", "true", "--v4-signing-enabled", "false"),
        *("--out", signed, unsigned),
    )


def _add_code(apk: Path, dex: Path, libraries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(apk, "a") as archive:
        for name, content in {"classes.dex": dex.read_bytes(), **libraries}.items():
            archive.writestr(_entry(name), content, zipfile.ZIP_DEFLATED, compresslevel=9)


def _entry(name: str) -> zipfile.ZipInfo:
    """The same bytes at any time of day."""
    return zipfile.ZipInfo(name, _EARLIEST)
