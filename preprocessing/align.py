"""The upright crop of a face: the aligned square, cut out of the photo and scaled."""

import cv2
import numpy as np

from preprocessing.square import Square, aligned_square

SAMPLES = 2  # across an output pixel
DETAIL = 3  # photo pixels across an output pixel, before sampling: then samples lie 1.5 pixels apart
MOST_ENLARGED = 8  # times: from there on, straight lines between the pixels are as good
BORDER = 0.3  # of the side: the width, at least, of the transition outside the photo to one colour
BLUR = 0.02  # of the side: the standard deviation of the blur outside the photo
BLURRED = 64  # pixels: the blur is done at this size, which shows all of it


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


def _sample(photo: np.ndarray, square: Square, size: int) -> np.ndarray:
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


def _fade(crop: np.ndarray, square: Square, overhang: np.ndarray, extent: tuple[int, int]) -> np.ndarray:
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
