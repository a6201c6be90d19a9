"""JUnit on the desktop."""

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from android_demo.apk.artifacts import PLATFORM, Artifact
from tests.android_demo.artifacts import ANDROID, DESKTOP_LIBRARIES, JSON, JUNIT, ROBOLECTRIC

SOURCES = Path(__file__).parent / "java"
# What Robolectric reaches into.
_OPEN = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.io", "java.lang", "java.util")]


@dataclass(frozen=True)
class Jvm:
    """Compiled code, and how to run it.

    Attributes:
        work: folder with the app's linked resources, its classes and, for TensorFlow Lite, those of the APK.
        artifacts: files by artifact.
        properties: system properties of every run.
    """

    work: Path
    artifacts: dict[Artifact, Path]
    properties: dict[str, object]

    @property
    def plain(self) -> list[Path]:
        """Class path without Android."""
        return self._class_path(JSON, *JUNIT)

    @property
    def robolectric(self) -> list[Path]:
        """Class path for Robolectric, which puts Android 14 in place of the platform that the loader begins with."""
        libraries = [self.work / f"{each.name}.jar" for each in ROBOLECTRIC if each.extension == "aar"]
        jars = [each for each in ROBOLECTRIC if each.extension == "jar"]
        return [self.work, *libraries, *self._class_path(*JUNIT, *jars, PLATFORM)]

    def _class_path(self, *artifacts: Artifact) -> list[Path]:
        compiled = [self.work / "classes", self.work / "runtime.jar", self.work / "tests"]
        return [*compiled, *(self.artifacts[each] for each in artifacts)]

    def run(self, class_path: list[Path], *tests: str, **properties: object) -> None:
        """Runs JUnit classes; a failure fails the test with JUnit's report.

        Args:
            class_path: `plain` or `robolectric`.
            tests: names of the classes.
            properties: more system properties; an underscore stands for a dot.
        """
        values = {name.replace("_", "."): value for name, value in properties.items()} | self.properties
        values["java.library.path"] = self.work / "libraries"
        options = [f"-D{name}={value}" for name, value in values.items()]
        command = [
            "java",
            *_OPEN,
            *options,
            "-cp",
            ":".join(map(str, class_path)),
            "org.junit.runner.JUnitCore",
            *tests,
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode or "\nOK (" not in result.stdout:
            pytest.fail(f"{result.stdout[-20000:]}\n{result.stderr[-5000:]}", pytrace=False)


def unpack_libraries(jvm: Jvm) -> None:
    """Puts the runtime's libraries where Java looks for them, as a phone's installer does.

    Args:
        jvm: what they are for.
    """
    folder = jvm.work / "libraries"
    folder.mkdir()
    for artifact in DESKTOP_LIBRARIES:
        with zipfile.ZipFile(jvm.artifacts[artifact]) as archive:
            for name in archive.namelist():
                if name.endswith(".so"):
                    (folder / Path(name).name).write_bytes(archive.read(name))


def compile_tests(jvm: Jvm) -> None:
    """Compiles the JUnit classes.

    Args:
        jvm: what they are compiled against.
    """
    # Robolectric's own classes mention later ones than the platform has.
    class_path = [jvm.artifacts[ANDROID], *jvm.robolectric]
    sources = sorted(SOURCES.glob("**/*.java"))
    command = ["javac", "--release", "11", "-proc:none", "-encoding", "UTF-8", "-cp", ":".join(map(str, class_path))]
    result = subprocess.run([*command, "-d", jvm.work / "tests", *sources], capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.fail(result.stderr, pytrace=False)


def robolectric_folder(jvm: Jvm, folder: Path) -> Path:
    """A folder in which Robolectric finds Android without a network.

    Args:
        jvm: has the artifact.
        folder: to put it into.
    """
    (folder / f"{ANDROID.name}-{ANDROID.version}.jar").symlink_to(jvm.artifacts[ANDROID])
    return folder
