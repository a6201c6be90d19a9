"""What an APK's bytes are spent on."""

from collections import Counter
from pathlib import Path

from android_demo.apk.app import ABIS
from android_demo.apk.stored_entries import read_entries


def sizes(apk: Path) -> dict[str, int]:
    """Bytes of each part, of the whole file, and on a phone.

    Args:
        apk: the file.

    Returns:
        Bytes by the part's name, in the APK's order; "alignment and signature" are what no entry has, and "installed"
        has the libraries of one processor twice: the installer unpacks them.
    """
    entries = read_entries(apk)
    parts: Counter[str] = Counter()
    for entry in entries:
        parts[_part(entry.name)] += entry.size
    whole = apk.stat().st_size
    unpacked = sum(entry.unpacked for entry in entries if entry.name.startswith(f"lib/{ABIS[0]}/"))
    return {
        **parts,
        "alignment and signature": whole - parts.total(),
        "whole, to download": whole,
        f"installed on {ABIS[0]}": whole + unpacked,
    }


def _part(name: str) -> str:
    if name.startswith("lib/"):
        return f"TensorFlow Lite, {name.split('/')[1]}"
    if name.endswith(".tflite"):
        return Path(name).name
    return "code" if name.endswith(".dex") else "resources and manifests"
