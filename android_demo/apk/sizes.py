"""What an APK's bytes are spent on."""

from collections import Counter
from pathlib import Path

from android_demo.apk.stored_entries import read_entries


def sizes(apk: Path) -> dict[str, int]:
    """Bytes of each part, and of the whole file.

    Args:
        apk: the file.

    Returns:
        Bytes by the part's name, in the APK's order; "alignment and signature" are what no entry has.
    """
    parts: Counter[str] = Counter()
    for entry in read_entries(apk):
        parts[_part(entry.name)] += entry.size
    whole = apk.stat().st_size
    return {**parts, "alignment and signature": whole - parts.total(), "whole": whole}


def _part(name: str) -> str:
    if name.startswith("lib/"):
        return f"TensorFlow Lite, {name.split('/')[1]}"
    if name.endswith(".tflite"):
        return Path(name).name
    return "code" if name.endswith(".dex") else "resources and manifests"
