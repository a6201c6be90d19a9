"""Android Studio's build files say the same as ours."""

import re

import pytest

import pgkeras
from android_demo.apk.app import ABIS, FOLDER, MIN_SDK, PACKAGE, TARGET_SDK, version_code
from android_demo.apk.artifacts import RUNTIME


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


def test_runtime():
    assert f'tensorflow-lite = "{RUNTIME.version}"' in (FOLDER / "gradle" / "libs.versions.toml").read_text()
