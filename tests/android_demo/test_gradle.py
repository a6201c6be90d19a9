"""Android Studio's build files say the same as ours."""

import re

import pytest

import pgkeras
from android_demo.apk.app import ABIS, FOLDER, MIN_SDK, PACKAGE, TARGET_SDK, version_code
from android_demo.apk.artifacts import BINDINGS, LIBRARIES, RUNTIME
from export.exported_folder import PREFERENCE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("namespace", f'"{PACKAGE}"'),
        ("minSdk", str(MIN_SDK)),
        ("targetSdk", str(TARGET_SDK)),
        ("versionCode", str(version_code(pgkeras.__version__))),
        ("versionName", f'"{pgkeras.__version__}"'),
        ("abiFilters", "listOf(" + ", ".join(f'"{abi}"' for abi in ABIS) + ")"),
    ],
)
def test_module(name, value):
    script = (FOLDER / "app" / "build.gradle.kts").read_text()
    assert re.search(rf"\b{name} \+?= {re.escape(value)}", script)


def test_models_are_chosen_as_ours_are():
    script = (FOLDER / "app" / "build.gradle.kts").read_text()
    preference = ", ".join(f'"{quantization}"' for quantization in PREFERENCE)
    assert f"listOf({preference})" in script
    assert "has no manifest.json" in script
    assert 'assets.srcDir(layout.buildDirectory.dir("exported"))' in script  # not the exported folder itself


def test_gradle_is_pinned_to_what_the_plugin_needs():
    """AGP 8.7 needs Gradle 8.9 or later: developer.android.com/build/releases/past-releases/agp-8-7-0-release-notes."""
    assert 'android-gradle-plugin = "8.7.' in (FOLDER / "gradle" / "libs.versions.toml").read_text()
    wrapper = (FOLDER / "gradle" / "wrapper" / "gradle-wrapper.properties").read_text()
    assert "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.9-bin.zip\n" in wrapper


def test_runtime():
    versions = (FOLDER / "gradle" / "libs.versions.toml").read_text()
    for artifact in (RUNTIME, BINDINGS):
        assert f'{artifact.name} = "{artifact.version}"' in versions
        assert f'{artifact.name} = {{ module = "{artifact.group}:{artifact.name}"' in versions
    systems = list(dict.fromkeys(artifact.classifier for artifact in LIBRARIES))
    listed = ", ".join(f'"{system}"' for system in systems)
    assert f"for (system in listOf({listed}))" in (FOLDER / "app" / "build.gradle.kts").read_text()
