"""The classes that every supported phone has."""

import shutil
import zipfile
from pathlib import Path

_JAVA_VERSION = "8"


def platform_classes(platform: Path) -> frozenset[str]:
    """Names of the classes of Android and of Java 8, such as java/lang/Object.

    Args:
        platform: the artifact PLATFORM; it has Android's classes but not Java's, which the JDK's symbol file lists.
    """
    with zipfile.ZipFile(platform) as archive:
        android = {name.removesuffix(".class") for name in archive.namelist() if name.endswith(".class")}
    compiler = shutil.which("javac")
    assert compiler
    with zipfile.ZipFile(Path(compiler).resolve().parents[1] / "lib" / "ct.sym") as archive:
        java = {_java_class(name) for name in archive.namelist() if _JAVA_VERSION in name.split("/")[0]}
    return frozenset(android | java)


def _java_class(name: str) -> str:
    """From 87/java.base/java/lang/Object.sig to java/lang/Object."""
    return name.removesuffix(".sig").split("/", 2)[-1]
