"""The app's own code, from seed to pixels, with a real model and a real interpreter."""

from pathlib import Path

import pytest

from tests.android_demo.jvm import SOURCES, robolectric_folder

pytestmark = pytest.mark.slow
CORE = sorted(f"org.pgkeras.demo.core.{path.stem}" for path in (SOURCES / "org/pgkeras/demo/core").glob("*Test.java"))


@pytest.mark.parametrize("test", CORE)
def test_core(jvm, test):
    """JUnit, without Android."""
    jvm.run(jvm.plain, test)


def test_screens(jvm, tmp_path):
    """JUnit under Robolectric: the activities as a phone runs them, drawn to pictures."""
    android = jvm.work / "com" / "android" / "tools" / "test_config.properties"
    android.parent.mkdir(parents=True, exist_ok=True)
    android.write_text(
        f"android_merged_manifest={jvm.work / 'AndroidManifest.xml'}\n"
        f"android_resource_apk={jvm.work / 'linked.apk'}\n"
        f"android_merged_assets={jvm.work / 'assets'}\n"
        "android_custom_package=org.pgkeras.demo\n"
    )
    screens = Path(__file__).parents[2] / "build" / "screens"
    screens.mkdir(parents=True, exist_ok=True)
    jvm.run(
        jvm.robolectric,
        "org.pgkeras.demo.ScreensTest",
        robolectric_offline="true",
        robolectric_dependency_dir=robolectric_folder(jvm, tmp_path),
        screens=screens,
    )
