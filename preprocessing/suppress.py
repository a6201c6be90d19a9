"""Non-maximum suppression: of boxes that overlap, the best."""

import numpy as np

ROWS = 128  # boxes compared at a time with all that may overlap them


def suppress(
    boxes: np.ndarray, scores: np.ndarray, overlap: float, groups: np.ndarray | None = None, of_smaller: bool = False
) -> np.ndarray:
    """Drops boxes that overlap better ones, kept or not, as the mtcnn package does.

    Args:
        boxes: (number, 4) of x1, y1, x2, y2.
        scores: (number,).
        overlap: the most that boxes may share, as part of their union; 1 keeps all.
        groups: (number,); boxes of different groups leave each other alone.
        of_smaller: measure the overlap as part of the smaller box.

    Returns:
        Indices of the boxes kept, the best first.
    """
    order = np.argsort(-scores, kind="stable")
    if overlap >= 1 or not len(order):
        return order
    boxes = boxes[order]
    groups = np.zeros(len(order), int) if groups is None else groups[order]
    # From left to right, group by group: what may overlap a box begins before the box ends.
    apart = groups * (float(np.ptp(boxes[:, ::2])) + 1)
    from_left = np.argsort(boxes[:, 0] + apart, kind="stable")
    begins, ends = ((boxes[:, side] + apart)[from_left] for side in (0, 2))
    x1, y1, x2, y2 = boxes[from_left].T
    groups = groups[from_left]
    areas = (x2 - x1) * (y2 - y1)
    kept = np.ones(len(order), bool)
    for start in range(0, len(order), ROWS):
        one = slice(start, start + ROWS)
        other = slice(start, np.searchsorted(begins, ends[one].max()))
        width = np.minimum(x2[one, np.newaxis], x2[other]) - np.maximum(x1[one, np.newaxis], x1[other])
        height = np.minimum(y2[one, np.newaxis], y2[other]) - np.maximum(y1[one, np.newaxis], y1[other])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        smaller = np.minimum(areas[one, np.newaxis], areas[other])
        whole = smaller if of_smaller else areas[one, np.newaxis] + areas[other] - shared
        overlapping = (shared > overlap * whole) & (groups[one, np.newaxis] == groups[other])
        better = from_left[one, np.newaxis] < from_left[other]
        kept[from_left[other]] &= ~(overlapping & better).any(axis=0)
        kept[from_left[one]] &= ~(overlapping & (from_left[one, np.newaxis] > from_left[other])).any(axis=1)
    return order[kept]
