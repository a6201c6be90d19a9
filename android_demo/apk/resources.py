"""Resources, manifest and assets: what aapt2 makes an APK of."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

from android_demo.apk.app import MIN_SDK, PACKAGE, SOURCES, TARGET_SDK, version_code
from android_demo.apk.tools import FRAMEWORK_RESOURCES, run_tool
from export.contract import MANIFEST
from export.exported_folder import Exported

_ANDROID = "http://schemas.android.com/apk/res/android"


def link_resources(exported: Exported, version: str, work: Path) -> Path:
    """Links everything but code.

    Args:
        exported: the models.
        version: of the app.
        work: folder for the parts; afterwards its `gen` has the class R.

    Returns:
        An APK without code.
    """
    copy_assets(exported, work / "assets")
    source_manifest(work / "AndroidManifest.xml")
    linked = work / "linked.apk"
    run_tool("aapt2", "compile", "--dir", SOURCES / "res", "-o", work / "resources.zip")
    run_tool(
        *("aapt2", "link", "-I", FRAMEWORK_RESOURCES, "--manifest", work / "AndroidManifest.xml"),
        *("--java", work / "gen", "-A", work / "assets", "-0", ".tflite"),
        *("--min-sdk-version", MIN_SDK, "--target-sdk-version", TARGET_SDK),
        *("--version-code", version_code(version), "--version-name", version),
        *("-o", linked, work / "resources.zip"),
    )
    return linked


def copy_assets(exported: Exported, assets: Path) -> None:
    """Writes the models and a manifest of just these.

    Args:
        exported: the models.
        assets: the folder; it is made.
    """
    assets.mkdir(parents=True)
    (assets / MANIFEST).write_text(json.dumps(exported.manifest))
    for model in exported.models:
        shutil.copyfile(model, assets / model.name)


def source_manifest(path: Path) -> None:
    """Writes the manifest with what Gradle would add: the package, and libraries that the installer unpacks.

    Args:
        path: of the copy.
    """
    ElementTree.register_namespace("android", _ANDROID)
    manifest = ElementTree.parse(SOURCES / "AndroidManifest.xml")
    root = manifest.getroot()
    root.set("package", PACKAGE)
    application = root.find("application")
    assert application is not None
    application.set(f"{{{_ANDROID}}}extractNativeLibs", "true")
    manifest.write(path, encoding="utf-8", xml_declaration=True)
