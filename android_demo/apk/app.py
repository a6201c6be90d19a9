"""What the app is: names, versions, and where its sources are."""

from pathlib import Path

from packaging.version import Version

FOLDER = Path(__file__).parents[1]
SOURCES = FOLDER / "app" / "src" / "main"
PACKAGE = "org.pgkeras.demo"
LAUNCHER = "org.pgkeras.demo.FaceActivity"
ABIS = ("arm64-v8a", "x86_64")
MIN_SDK = 29
TARGET_SDK = 35

# Not a secret: the same key everywhere, so that a phone accepts an update built elsewhere.
KEY = FOLDER / "debug.p12"
KEY_PASSWORD = "android"


def version_code(version: str) -> int:
    """The number by which phones order versions; a candidate has that of its release, which can replace it.

    >>> version_code("0.1.0")
    100
    """
    major, minor, patch = (*Version(version).release, 0, 0)[:3]
    return major * 10000 + minor * 100 + patch
