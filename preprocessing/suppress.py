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
    if overlap >= 1:
        return order
    from_left = np.argsort(boxes[order, 0], kind="stable")  # of the best, so that few need be compared
    boxes = boxes[order][from_left]
    groups = None if groups is None else groups[order][from_left]
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    kept = np.ones(len(boxes), bool)
    for start in range(0, len(boxes), ROWS):
        one = slice(start, start + ROWS)
        other = slice(start, np.searchsorted(boxes[:, 0], boxes[one, 2].max()))
        upper_left = np.maximum(boxes[one, np.newaxis, :2], boxes[other, :2])
        lower_right = np.minimum(boxes[one, np.newaxis, 2:], boxes[other, 2:])
        shared = np.maximum(lower_right - upper_left, 0).prod(axis=2)
        smaller = np.minimum(areas[one, np.newaxis], areas[other])
        whole = smaller if of_smaller else areas[one, np.newaxis] + areas[other] - shared
        overlapping = shared > overlap * whole
        if groups is not None:
            overlapping &= groups[one, np.newaxis] == groups[other]
        better = from_left[one, np.newaxis] < from_left[other]
        kept[from_left[other]] &= ~(overlapping & better).any(axis=0)
        kept[from_left[one]] &= ~(overlapping & (from_left[one, np.newaxis] > from_left[other])).any(axis=1)
    return order[kept]
