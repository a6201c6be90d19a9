"""What a phone demands of an APK, checked before anyone gets it."""

import re
import zipfile
from pathlib import Path

from android_demo.apk.app import ABIS, LAUNCHER, MIN_SDK, PACKAGE, TARGET_SDK
from android_demo.apk.assemble import PAGE
from android_demo.apk.dex import read_dex
from android_demo.apk.platform_classes import platform_classes
from android_demo.apk.stored_entries import read_entries
from android_demo.apk.tools import run_tool
from pgkeras.errors import UserError

_TABLE_ALIGNMENT = 4
# apksigner skips a scheme that no supported Android needs; the first Android with scheme 2 makes it verify both.
_FIRST_WITH_SCHEME_2 = 24


def check_signature(apk: Path) -> None:
    """The signature verifies, by the schemes 2 and 3.

    Raises:
        UserError: if not.
    """
    report = run_tool("apksigner", "verify", "--verbose", "--min-sdk-version", _FIRST_WITH_SCHEME_2, apk)
    for scheme in ("v2", "v3"):
        if not re.search(rf"{scheme} scheme .*: true", report):
            raise UserError(f"{apk.name}: is not signed by scheme {scheme}")


def check_badging(apk: Path) -> None:
    """Package, launcher, SDK levels and processors are as intended.

    Raises:
        UserError: if not.
    """
    badging = run_tool("aapt2", "dump", "badging", apk)
    wanted = [
        f"package: name='{PACKAGE}'",
        f"launchable-activity: name='{LAUNCHER}'",
        f"dkVersion:'{MIN_SDK}'",
        f"targetSdkVersion:'{TARGET_SDK}'",
        *(f"'{abi}'" for abi in ABIS),
    ]
    for words in wanted:
        if words not in badging:
            raise UserError(f"{apk.name}: its badging lacks {words}")


def check_layout(apk: Path) -> None:
    """The resource table, models and libraries are stored, and lie where they can be mapped.

    Raises:
        UserError: if not.
    """
    entries = {entry.name: entry for entry in read_entries(apk)}
    mapped = [name for name in entries if name.endswith((".tflite", ".so"))]
    for name in ("resources.arsc", *mapped):
        entry, alignment = entries[name], PAGE if name in mapped else _TABLE_ALIGNMENT
        if not entry.stored:
            raise UserError(f"{apk.name}: {name} is deflated; phones want it stored")
        if entry.offset % alignment:
            raise UserError(f"{apk.name}: {name} begins at {entry.offset}, which is no multiple of {alignment}")


def check_code(apk: Path, platform: Path) -> None:
    """The code needs no invoke-custom, and every class it mentions is in the app or in Android.

    Args:
        apk: the file.
        platform: the artifact PLATFORM.

    Raises:
        UserError: if not.
    """
    with zipfile.ZipFile(apk) as archive:
        parts = [read_dex(archive.read(name)) for name in archive.namelist() if name.endswith(".dex")]
    if any(part.invokes_custom for part in parts):
        raise UserError(f"{apk.name}: its code has invoke-custom; write lambdas and method references as classes")
    known = platform_classes(platform).union(*(part.classes for part in parts))
    unknown = sorted(frozenset().union(*(part.references for part in parts)) - known)
    if unknown:
        raise UserError(f"{apk.name}: its code refers to classes that no phone has: {', '.join(unknown[:5])}")


def check_apk(apk: Path, platform: Path) -> None:
    """All gates.

    Args:
        apk: the signed file.
        platform: the artifact PLATFORM.

    Raises:
        UserError: at the first that fails.
    """
    check_signature(apk)
    check_badging(apk)
    check_layout(apk)
    check_code(apk, platform)
