"""Text for lines that people read: names that any terminal can show, numbers of things, commands."""

import shlex
import sys
import unicodedata

# Surrogates, which stand for bytes of file names that are not UTF-8; control characters; line and paragraph breaks.
_ESCAPED = ("Cs", "Cc", "Zl", "Zp")


def readable(name: str) -> str:
    """A name in valid Unicode and in one line; what is not stands escaped in it.

    Args:
        name: of a file, for example.

    >>> readable("Käse"), readable("caf\\udce9"), readable("new\\nline")
    ('Käse', 'caf\\\\udce9', 'new\\\\nline')
    """
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in _ESCAPED else each for each in name
    )


def counted(number: int, noun: str) -> str:
    """A number of things.

    Args:
        number: of them.
        noun: their name, in the singular.

    >>> counted(1, "face"), counted(1417, "photo"), counted(0, "model")
    ('1 face', '1,417 photos', '0 models')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def quoted(*words: object) -> str:
    """Words of a command, as they are typed into this system's shell.

    Args:
        words: such as options and paths.

    >>> quoted("pgkeras", "crop", "my photos")
    "pgkeras crop 'my photos'"
    """
    texts = [str(word) for word in words]
    if sys.platform != "win32":
        return shlex.join(texts)
    from subprocess import list2cmdline

    return list2cmdline(texts)
