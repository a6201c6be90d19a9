"""A face in a photo."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Face:
    """A face, in pixels of the upright photo.

    Args:
        box: float32 (4,): x and y of the upper left corner, width, height; within the photo, never empty.
        landmarks: float32 (5, 2): x and y of left eye, right eye, nose, left and right corner of the mouth,
            left and right as the viewer sees them.
        confidence: from 0.5 to 1.
    """

    box: np.ndarray
    landmarks: np.ndarray
    confidence: float

    @property
    def area(self) -> float:
        """Square pixels of the box."""
        return float(self.box[2] * self.box[3])
