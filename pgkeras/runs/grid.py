"""How the grids of a run are laid out: 8 rows, or a row for each of the classes shown."""

COLUMNS = 8
ROWS = 8
# No more pixels than 8 rows of the largest images.
MOST_CLASSES = 32
MOST_PIXELS = ROWS * COLUMNS * 1024**2


def classes_shown(classes: int, resolution: int) -> int:
    """How many classes a grid has a row for.

    Args:
        classes: that there are.
        resolution: the final one.

    >>> classes_shown(3, 64), classes_shown(100, 64), classes_shown(100, 1024)
    (3, 32, 8)
    """
    return min(classes, MOST_CLASSES, MOST_PIXELS // (COLUMNS * resolution**2))
