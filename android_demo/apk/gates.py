"""What a phone demands of an APK, checked before anyone gets it."""

import re
import zipfile
from pathlib import Path

from android_demo.apk.app import ABIS, LAUNCHER, MIN_SDK, PACKAGE, TARGET_SDK
from android_demo.apk.assemble import PAGE
from android_demo.apk.dex import read_dex
from android_demo.apk.elf import page_problem, read_elf
from android_demo.apk.platform_classes import platform_classes
from android_demo.apk.stored_entries import read_entries
from android_demo.apk.tools import run_tool
from pgkeras.errors import UserError

_TABLE_ALIGNMENT = 4
# apksigner skips a scheme that no supported Android needs; the first Android with scheme 2 makes it verify both.
_FIRST_WITH_SCHEME_2 = 24
# JavaCPP logs by them if a property says so, and is annotated with the third and fourth.
_NEVER_USED = frozenset(
    {
        "org/slf4j/Logger",
        "org/slf4j/LoggerFactory",
        "org/osgi/annotation/bundle/Export",
        "org/osgi/annotation/versioning/ConsumerType",
    }
)


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
    """The resource table and models are stored, and lie where they can be mapped.

    Raises:
        UserError: if not.
    """
    entries = {entry.name: entry for entry in read_entries(apk)}
    mapped = [name for name in entries if name.endswith(".tflite")]
    for name in ("resources.arsc", *mapped):
        entry, alignment = entries[name], PAGE if name in mapped else _TABLE_ALIGNMENT
        if not entry.stored:
            raise UserError(f"{apk.name}: {name} is deflated; phones want it stored")
        if entry.offset % alignment:
            raise UserError(f"{apk.name}: {name} begins at {entry.offset}, which is not a multiple of {alignment}")


def check_libraries(apk: Path) -> None:
    """Every processor has the same libraries, which the installer unpacks and whose pages may have 16 KB.

    Raises:
        UserError: if not.
    """
    manifest = run_tool("aapt2", "dump", "xmltree", "--file", "AndroidManifest.xml", apk)
    if not re.search(r"extractNativeLibs\(\w+\)=true", manifest):
        raise UserError(f"{apk.name}: its manifest does not let the installer unpack libraries, which are deflated")
    found: dict[str, set[str]] = {abi: set() for abi in ABIS}
    with zipfile.ZipFile(apk) as archive:
        for name in archive.namelist():
            if not name.startswith("lib/"):
                continue
            _, abi, library = name.split("/")
            found.setdefault(abi, set()).add(library)
            try:
                problem = page_problem(read_elf(archive.read(name)), PAGE)
            except ValueError as error:
                raise UserError(f"{apk.name}: {name} {error}") from None
            if problem:
                raise UserError(f"{apk.name}: {name} does not load where pages have {PAGE} bytes: {problem}")
    for abi, libraries in found.items():
        if libraries != found[ABIS[0]] or not libraries:
            raise UserError(f"{apk.name}: {abi} has other libraries than {ABIS[0]}")


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
    known = (platform_classes(platform) | _NEVER_USED).union(*(part.classes for part in parts))
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
    check_libraries(apk)
    check_code(apk, platform)
