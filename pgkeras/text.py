"""Text that any program can read and any line can hold, made of names that need not be so."""

import unicodedata

# Surrogates, which stand for bytes of file names that are no UTF-8; control characters; breaks of lines and paragraphs.
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
