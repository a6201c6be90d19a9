"""Frames of videos by their timestamps, at whatever distances they follow each other."""

import math
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from pgkeras.errors import UserError
from preprocessing.rejects import Reason, Rejection, describe

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".mpg", ".mpeg", ".mts", ".m2ts", ".wmv", ".flv", ".ogv"}
)
MOST_FRAMES = 1_000_000
ROUNDING = 1e-4  # seconds: what the last digits of a time are worth


def frame_times(path: Path, every: float) -> list[float]:
    """When frames are taken: from the start, every so many seconds.

    Args:
        path: the video.
        every: seconds from one frame to the next.

    Returns:
        Seconds from the start; only 0 for a video that cannot be read, which then becomes one reject.

    Raises:
        UserError: if they would be more than a million, as in a file that claims to last for years.
    """
    try:
        with av.open(path) as container:
            seconds = _length(container, _stream(container))
    except (av.FFmpegError, ValueError):
        seconds = 0
    frames = max(1, math.ceil((seconds - ROUNDING) / every))
    if frames > MOST_FRAMES:
        raise UserError(f"{path}: `every` {every:g} would take {frames:,} frames; {MOST_FRAMES:,} are the most")
    return [number * every for number in range(frames)]


def read_frame(path: Path, second: float) -> np.ndarray | Rejection:
    """Reads the frame that is shown at a time.

    Args:
        path: the video.
        second: from the start.

    Returns:
        uint8 (height, width, 3) RGB, upright as the video says, or why there is none.
    """
    try:
        frame = _seek(path, second + ROUNDING)
        if frame is None:
            return Rejection(Reason.UNREADABLE, f"no frame of a video at {second:.2f} seconds")
        return np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
    except (av.FFmpegError, ValueError) as error:
        return Rejection(Reason.UNREADABLE, describe(error))


def _stream(container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    if stream is None:
        raise ValueError("no video in the file")
    stream.thread_type = "AUTO"  # by slices alone, decoders of most videos would have one thread
    return stream


def _length(container: InputContainer, stream: VideoStream) -> float:
    """Seconds: as the file says, or as its last packets do if that is more."""
    start, said = stream.start_time or 0, 0
    if container.duration:
        said = int(container.duration / (av.time_base * stream.time_base))
        container.seek(start + said, stream=stream)  # else a recording of a live stream: all packets are read
    ends = [packet.pts + (packet.duration or 0) for packet in container.demux(stream) if packet.pts is not None]
    return float(max([said, *(end - start for end in ends)]) * stream.time_base)


def _seek(path: Path, second: float) -> av.VideoFrame | None:
    """The frame shown at a time: found from the key frame before it or, where no index leads there, from the start."""
    for from_start in (False, True):
        with av.open(path) as container:
            stream = _stream(container)
            wanted = (stream.start_time or 0) + int(second / stream.time_base)
            if not from_start:
                container.seek(wanted, stream=stream)
            frame = _shown(container.decode(stream), wanted, from_start)
            if frame is not None:
                return frame
    return None


def _shown(frames: Iterable[av.VideoFrame], wanted: int, from_start: bool) -> av.VideoFrame | None:
    """The last frame that begins by a time: the very first one if none does, the very last one if it is not over."""
    shown, lasts = None, 0
    for frame in frames:
        if frame.pts > wanted:
            return frame if shown is None and from_start else shown
        lasts = max(frame.duration or 0, frame.pts - shown.pts if shown else 0)
        shown = frame
    return shown if shown and wanted <= shown.pts + lasts else None
