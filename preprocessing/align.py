"""The upright crop of a face: eyes and mouth decide where the square lies, how large and how turned it is."""

from dataclasses import dataclass

import cv2
import numpy as np

# FFHQ's side is 1.47 times the longer side of mtcnn's box: the median of 519 faces whose box no photo's border cuts.
FFHQ_MARGIN = 0.47
SAMPLES = 2  # across an output pixel
DETAIL = 3  # photo pixels across an output pixel, before sampling: then samples lie 1.5 pixels apart
MOST_ENLARGED = 8  # times: from there on, straight lines between the pixels are as good
BORDER = 0.3  # of the side: the width, at least, of the transition outside the photo to one colour
BLUR = 0.02  # of the side: the standard deviation of the blur outside the photo
BLURRED = 64  # pixels: the blur is done at this size, which shows all of it


@dataclass(frozen=True)
class AlignedSquare:
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


def aligned_square(landmarks: np.ndarray, margin: float) -> AlignedSquare:
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
    return AlignedSquare(eyes + 0.1 * eye_to_mouth, direction / length * half_side)


def crop_aligned(photo: np.ndarray, landmarks: np.ndarray, margin: float, size: int) -> np.ndarray:
    """Cuts the upright square around a face and scales it.

    Where the square leaves the photo, the photo is reflected, more and more blurred, and fades to its median colour.

    Source: Karras et al., Progressive Growing of GANs (arXiv 1710.10196), appendix C.

    Args:
        photo: uint8 (height, width, 3).
        landmarks: float32 (5, 2), as in `aligned_square`; they may lie outside of the photo.
        margin: added to the face, in box sides.
        size: side of the result in pixels.

    Returns:
        uint8 (size, size, 3).

    Raises:
        ValueError: the landmarks give no direction, are not finite or lie so far outside that the square shows
            nothing of the photo.
    """
    square = aligned_square(landmarks, margin)
    corners, extent = square.corners, photo.shape[1::-1]
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high <= 0).any() or (low >= extent).any():
        place = f"{extent[0]}x{extent[1]} photo"
        raise ValueError(f"landmarks are too far outside of the {place}: {np.asarray(landmarks).tolist()}")
    overhang = np.concatenate([-low, high - extent])
    return _fade(_sample(photo, square, size), square, overhang, extent)


def _sample(photo: np.ndarray, square: AlignedSquare, size: int) -> np.ndarray:
    """The square's pixels: whole-number shrinking, then exact scaling, then turning, then 4 samples a pixel."""
    shrink = max(1, round(square.side / (DETAIL * size)))
    reach = np.abs(square.right) + np.abs(square.down) + 3 * shrink  # 3 pixels for the cubic kernel
    (left, right), (top, bottom) = (
        _needed(centre - far, centre + far, length, shrink)
        for centre, far, length in zip(square.centre, reach, photo.shape[1::-1], strict=True)
    )
    region = photo[top:bottom, left:right]
    if shrink > 1:
        region = _resize(region, 1 / shrink, cv2.INTER_AREA)
    region = _resize(region, min(DETAIL * size * shrink / square.side, MOST_ENLARGED), cv2.INTER_CUBIC)
    scale = np.array([right - left, bottom - top]) / region.shape[1::-1]  # photo pixels a region pixel
    step = 2 / (SAMPLES * size)
    first = square.centre + (square.right + square.down) * (step / 2 - 1)  # the middle of the first sample
    to_region = np.stack([square.right * step, square.down * step, first - (left, top)], axis=1) / scale[:, None]
    to_region[:, 2] -= 0.5  # OpenCV counts from the middle of the first pixel
    samples = cv2.warpAffine(
        region,
        to_region,
        (SAMPLES * size, SAMPLES * size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    return cv2.resize(samples, (size, size), interpolation=cv2.INTER_AREA)


def _needed(low: float, high: float, length: int, shrink: int) -> tuple[int, int]:
    """What of 0..length is seen, directly or reflected, from low to high; a multiple of shrink where it is more."""
    start = min(low, 2 * length - high) if high > length else low
    stop = max(high, -low) if low < 0 else high
    start, stop = int(max(start, 0)), int(min(np.ceil(stop), length))
    return start, stop - (stop - start) % shrink if stop - start > shrink else stop


def _resize(image: np.ndarray, factor: float, interpolation: int) -> np.ndarray:
    height, width = (max(1, round(length * factor)) for length in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=interpolation)


def _fade(crop: np.ndarray, square: AlignedSquare, overhang: np.ndarray, extent: tuple[int, int]) -> np.ndarray:
    """Blurs what is outside the photo, and a third of the way inside, and fades it to the median colour.

    Args:
        crop: uint8 (size, size, 3).
        square: of the crop.
        overhang: float64 (4,): how far the square leaves the photo on the left, above, on the right and below.
        extent: the photo's width and height.
    """
    pad = np.maximum(overhang, BORDER * square.side)
    if (3 * overhang + pad <= 0).all():
        return crop
    size = len(crop)
    along = ((np.arange(size) + 0.5) * 2 / size - 1).astype(np.float32)
    x, y = (
        np.float32(centre) + np.float32(right) * along + np.float32(down) * along[:, None]
        for centre, right, down in zip(square.centre, square.right, square.down, strict=True)
    )
    width, height = extent
    left, top, right, bottom = pad.astype(np.float32)
    outside = np.maximum(np.maximum(-x / left, (x - width) / right), np.maximum(-y / top, (y - height) / bottom))
    small = cv2.resize(crop, (min(size, BLURRED), min(size, BLURRED)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), BLUR * len(small))
    blurred = cv2.resize(blurred, (size, size), interpolation=cv2.INTER_CUBIC)
    median = np.median(small, axis=(0, 1)).astype(np.uint8)
    crop = _blend(crop, blurred, np.clip(3 * outside + 1, 0, 1))
    return _blend(crop, np.full_like(crop, median), np.clip(outside, 0, 1))


def _blend(image: np.ndarray, other: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return cv2.blendLinear(image, other, 1 - weight, weight)
