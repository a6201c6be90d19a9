"""The reason in an error message."""


def reason(error: Exception) -> str:
    """What another library says of a file, in one line of at most 200 characters.

    Args:
        error: raised by the library.

    >>> reason(EOFError()), reason(ValueError("bad header\\nat 7"))
    ('EOFError', 'bad header')
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
