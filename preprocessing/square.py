"""The square around a face: where it lies, how large and how turned it is, and what of it the photo shows."""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np

# FFHQ's side is 1.47 times the longer side of mtcnn's box: the median of 519 faces whose box no photo's border cuts.
FFHQ_MARGIN = 0.47


@dataclass(frozen=True)
class Square:
    """A square in a photo, turned as the face is.

    Args:
        centre: float64 (2,): x and y, in pixels from the photo's upper left corner.
        right: float64 (2,): from the centre to the middle of the right side.
    """

    centre: np.ndarray
    right: np.ndarray

    @property
    def down(self) -> np.ndarray:
        """float64 (2,): from the centre to the middle of the lower side."""
        return np.array([-self.right[1], self.right[0]])

    @property
    def side(self) -> float:
        """Pixels of the photo."""
        return 2 * float(np.hypot(*self.right))

    @property
    def corners(self) -> np.ndarray:
        """float64 (4, 2): x and y of the upper left, upper right, lower right and lower left corner."""
        right, down = self.right, self.down
        return self.centre + np.array([-right - down, right - down, right + down, down - right])

    def grown(self, margin: float) -> Self:
        """The square with a margin, about the same centre and turned alike.

        Args:
            margin: added to it, in sides; less than 0 makes it smaller.
        """
        return replace(self, right=self.right * (1 + margin))


def aligned_square(landmarks: np.ndarray, margin: float) -> Square:
    """The square of CelebA-HQ and FFHQ around a face.

    Source: Karras et al., Progressive Growing of GANs (arXiv 1710.10196), appendix C.

    Args:
        landmarks: float32 (5, 2): x and y of left eye, right eye, nose, left and right corner of the mouth, left and
            right as the viewer sees them, in pixels.
        margin: added to the face, in box sides, as `crop_square` does to a face of usual proportions; `FFHQ_MARGIN`
            gives FFHQ's square.

    Returns:
        The square, whose upper side is the face's.

    Raises:
        ValueError: the landmarks give no direction or are not finite.
    """
    if not np.isfinite(landmarks).all():
        raise ValueError(f"landmarks must be finite, not {np.asarray(landmarks).tolist()}")
    left_eye, right_eye, _, left_mouth, right_mouth = np.asarray(landmarks, np.float64)
    eyes = (left_eye + right_eye) / 2
    eye_to_eye = right_eye - left_eye
    eye_to_mouth = (left_mouth + right_mouth) / 2 - eyes
    direction = eye_to_eye + np.array([eye_to_mouth[1], -eye_to_mouth[0]])
    length = np.hypot(*direction)
    if length == 0:
        raise ValueError(f"landmarks give no direction of the face: {np.asarray(landmarks).tolist()}")
    half_side = max(2.0 * np.hypot(*eye_to_eye), 1.8 * np.hypot(*eye_to_mouth)) * (1 + margin) / (1 + FFHQ_MARGIN)
    return Square(eyes + 0.1 * eye_to_mouth, direction / length * half_side)


def box_square(box: np.ndarray) -> Square:
    """The upright square around a box's centre, as large as its longer side.

    Args:
        box: x, y, width, height in pixels.
    """
    x, y, width, height = (float(value) for value in box)
    return Square(np.array([x + width / 2, y + height / 2]), np.array([max(width, height) / 2, 0.0]))


def part_outside(square: Square, extent: tuple[int, int]) -> float:
    """What part of a square's area lies outside of the photo, from 0 to 1.

    Args:
        square: in pixels of the photo.
        extent: the photo's width and height.
    """
    width, height = extent
    photo = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - square.centre
    corners = square.corners - square.centre  # near 0, where float32 is exact enough
    inside, _ = cv2.intersectConvexConvex(corners.astype(np.float32), photo.astype(np.float32))
    return min(max(1 - inside / square.side**2, 0.0), 1.0)
