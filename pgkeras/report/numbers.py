"""Numbers as people read them; no line is broken between a number and its unit."""

SPACE = "\N{NO-BREAK SPACE}"


def duration(seconds: float) -> str:
    """A stretch of time, in one or two units.

    Args:
        seconds: 0 or more.

    >>> [duration(each).replace(SPACE, " ") for each in (42, 96, 600, 7500, 200_000)]
    ['42 s', '1 min 36 s', '10 min', '2 h 5 min', '2 d 8 h']
    """
    if seconds < 59.5:
        return _with_units((round(seconds), "s"))
    if seconds < 599.5:
        minutes, seconds = divmod(round(seconds), 60)
        return _with_units((minutes, "min"), (seconds, "s"))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _with_units((minutes, "min"))
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _with_units((hours, "h"), (minutes, "min"))
    days, hours = divmod(round(seconds / 3600), 24)
    return _with_units((days, "d"), (hours, "h"))


def kilo(number: float) -> str:
    """A large number in thousands or millions.

    Args:
        number: of images or of parameters.

    >>> kilo(0), kilo(500), kilo(2_500), kilo(12_000_000)
    ('0', '500', '2.5k', '12M')
    """
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"


def memory(size: float) -> str:
    """Memory in decimal units.

    Args:
        size: in bytes.

    >>> [memory(each).replace(SPACE, " ") for each in (420_300_000, 1_260_000_000)]
    ['420 MB', '1.3 GB']
    """
    return _with_units((f"{size / 1e9:.1f}", "GB") if size >= 1e9 else (f"{size / 1e6:.0f}", "MB"))


def rate(per_second: float) -> str:
    """Images per second.

    Args:
        per_second: more than 0.

    >>> rate(1862.4), rate(0.345)
    ('1,862', '0.34')
    """
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.2g}"


def _with_units(*parts: tuple[object, str]) -> str:
    return SPACE.join(f"{number}{SPACE}{unit}" for number, unit in parts)
