"""Video files, written a frame at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from pgkeras.files.atomic import atomic_path


def write_video(path: Path, frames: Iterable[np.ndarray], frames_per_second: int) -> None:
    """Writes a video atomically: H.264 that browsers and phones play, or an endless GIF.

    Args:
        path: an .mp4 or a .gif.
        frames: uint8 (height, width, 3) RGB, all of one size; an MP4's odd sides gain a black line. Only a few are held
            at a time.
        frames_per_second: at most 50 for a GIF, which counts in hundredths of a second.
    """
    encode = _encode_gif if path.suffix.lower() == ".gif" else _encode_mp4
    with atomic_path(path) as temporary:
        encode(temporary, frames, frames_per_second)


def _encode_mp4(path: Path, frames: Iterable[np.ndarray], frames_per_second: int) -> None:
    # Macroblock trees would spend ever less on frames that few others build on, so that a loop's end shows.
    options = {"crf": "14", "x264-params": "mbtree=0"}
    with av.open(path, "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", frames_per_second, options=options)
        stream.pix_fmt = "yuv420p"
        stream.color_range = ColorRange.MPEG
        stream.colorspace = Colorspace.ITU709
        _encode(container, stream, map(_yuv_frame, frames))


def _yuv_frame(picture: np.ndarray) -> av.VideoFrame:
    """4:2:0 needs even sides; browsers take BT.709 for granted."""
    even = np.pad(picture, ((0, picture.shape[0] % 2), (0, picture.shape[1] % 2), (0, 0)))
    frame = av.VideoFrame.from_ndarray(even)
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)


def _encode_gif(path: Path, frames: Iterable[np.ndarray], frames_per_second: int) -> None:
    with av.open(path, "w", options={"loop": "0"}) as container:
        stream = container.add_stream("gif", frames_per_second)
        stream.pix_fmt = "pal8"
        _encode(container, stream, map(_palette_frame, frames))


def _palette_frame(picture: np.ndarray) -> av.VideoFrame:
    """The 256 colours that suit this picture best."""
    image = Image.fromarray(picture).quantize(256)
    colours = np.zeros((256, 4), np.uint8)
    palette = np.asarray(image.getpalette(), np.uint8).reshape(-1, 3)
    colours[: len(palette)] = np.insert(palette, 0, 255, axis=1)
    return av.VideoFrame.from_ndarray((np.asarray(image), colours), format="pal8")


def _encode(container: av.container.OutputContainer, stream: av.VideoStream, frames: Iterator[av.VideoFrame]) -> None:
    for number, frame in enumerate(frames):
        if number == 0:
            stream.width, stream.height = frame.width, frame.height
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
