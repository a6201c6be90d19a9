"""Frames of videos, by OpenCV."""

import math
from pathlib import Path

import cv2
import numpy as np

from preprocessing.rejects import Reason, Rejection

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"})


def frame_times(path: Path, every: float) -> list[float]:
    """When frames are taken: from the start, every so many seconds.

    Args:
        path: the video.
        every: seconds from one frame to the next.

    Returns:
        Seconds from the start; only 0 for a video that cannot be read or does not say how long it is, which then
        becomes one reject.
    """
    video = cv2.VideoCapture(str(path))
    seconds = _length(video)
    video.release()
    return [number * every for number in range(max(1, math.ceil(seconds / every)))]


def read_frame(path: Path, second: float) -> np.ndarray | Rejection:
    """Reads one frame.

    Args:
        path: the video.
        second: of the frame, from the start.

    Returns:
        uint8 (height, width, 3) RGB, upright as the video says, or why there is none.
    """
    video = cv2.VideoCapture(str(path))
    if video.isOpened() and not _length(video):  # then every place in it would give the first frame
        return Rejection(
            Reason.UNREADABLE, "the video does not say how long it is: ffmpeg -i OLD -c copy NEW mends that"
        )
    try:
        video.set(cv2.CAP_PROP_POS_MSEC, 1000 * second)
        read, frame = video.read()
    finally:
        video.release()
    if not read:
        return Rejection(Reason.UNREADABLE, f"no frame of a video at {second:.2f} seconds")
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def _length(video: cv2.VideoCapture) -> float:
    """Seconds; 0 if the video does not say, as one recorded from a live stream does not."""
    rate, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    return frames / rate if rate > 0 and frames > 0 else 0.0
