"""Event files for TensorBoard."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary

from pgkeras.data.tfrecord import framed
from pgkeras.images import encode_png


class EventFile:
    """A new event file. What is written is there at once, or an OSError tells why not.

    Args:
        folder: of the run's event files; made if it is missing.
        step: images shown at its beginning.
    """

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(exist_ok=True)
        self._path = folder / f"events.out.tfevents.{time.time():.0f}.{os.getpid()}"
        self._append(Event(wall_time=time.time(), file_version="brain.Event:2"))
        self.go_back(step)

    def go_back(self, step: int) -> None:
        """Makes TensorBoard forget what came later, in this file and in older ones.

        Args:
            step: images shown.
        """
        self._append(Event(wall_time=time.time(), step=step + 1, session_log=SessionLog(status=SessionLog.START)))

    def add_scalars(self, values: Mapping[str, float], step: int) -> None:
        """Writes numbers.

        Args:
            values: by their tags.
            step: images shown.
        """
        self._add([Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()], step)

    def add_image(self, tag: str, picture: np.ndarray, step: int) -> None:
        """Writes a picture.

        Args:
            tag: its name.
            picture: uint8 (height, width, 3) RGB or (height, width, 1) grey.
            step: images shown.
        """
        height, width, channels = picture.shape
        image = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=encode_png(picture))
        self._add([Summary.Value(tag=tag, image=image)], step)

    def _add(self, values: list[Summary.Value], step: int) -> None:
        self._append(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))

    def _append(self, event: Event) -> None:
        with self._path.open("ab") as file:
            file.write(framed(event.SerializeToString()))
