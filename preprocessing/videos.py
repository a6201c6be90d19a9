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
        Seconds from the start; only 0 for a video that cannot be read, which then becomes one reject.
    """
    video = cv2.VideoCapture(str(path))
    rate, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    video.release()
    seconds = frames / rate if rate > 0 and frames > 0 else 0.0
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
    try:
        video.set(cv2.CAP_PROP_POS_MSEC, 1000 * second)
        read, frame = video.read()
    finally:
        video.release()
    if not read:
        return Rejection(Reason.UNREADABLE, f"no frame of a video at {second:.2f} seconds")
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
