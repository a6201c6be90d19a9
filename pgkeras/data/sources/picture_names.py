"""Which of the files in a folder or an archive are pictures; the others are told of."""

import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from pgkeras.data.sources.decode import picture_suffixes
from pgkeras.data.sources.folder_labels import DATASET_JSON
from pgkeras.errors import UserError

HEIC_SUFFIXES = (".heic", ".heif", ".hif")


def picture_names(source: object, names: Iterable[str]) -> list[str]:
    """Chooses the pictures by their suffixes; hidden files are skipped. Warns of others that are left out.

    Args:
        source: the folder or archive, for the messages.
        names: of its files, relative to it, with forward slashes.

    Returns:
        Their names, sorted.

    Raises:
        UserError: if there is no picture.
    """
    visible = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    suffixes = tuple(picture_suffixes())
    pictures = sorted(name for name in visible if name.lower().endswith(suffixes))
    others = _in_words(set(visible) - set(pictures) - {DATASET_JSON})
    if not pictures:
        raise UserError(
            f"{source}: holds neither pictures nor another data set that is known{others and f', but {others}'}"
        )
    if others:
        warnings.warn(f"{source}: {others} left out, not known as pictures", stacklevel=2)
    return pictures


def _in_words(names: Iterable[str]) -> str:
    """Such as "2 .txt, 1 .heic (pip install pillow-heif)"; "" for none."""
    counts = Counter(PurePosixPath(name).suffix.lower() for name in names)
    parts = []
    for suffix, number in counts.most_common():
        hint = " (to read them: pip install pillow-heif)" if suffix in HEIC_SUFFIXES else ""
        parts.append(f"{number:,} {suffix or 'files without a suffix'}{hint}")
    return ", ".join(parts)
