"""All that a report shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Histogram:
    """How one measure is spread over the kept faces.

    Args:
        title: what was measured, as in "Face size".
        unit: of the values, in the plural, as in "pixels"; "" if they have none.
        values: one a face; NaN and infinity are counted as missing.
        threshold: where faces begin to be rejected, if anywhere.
        option: that sets the threshold, as in "--min-face".
        note: a sentence on how to read it.
        logarithmic: whether equal distances on the axis are equal ratios; what is not positive then counts with
            the smallest positive value.
    """

    title: str
    unit: str
    values: np.ndarray
    threshold: float | None = None
    option: str = ""
    note: str = ""
    logarithmic: bool = False


@dataclass(frozen=True)
class Sheet:
    """Examples of what was kept, or of what was rejected for one reason.

    Args:
        title: the heading.
        reason: the reason code; None for kept faces.
        shown: how many examples the picture has; without any, the sheet is left out.
        of: how many there are.
        picture: uint8 (height, width, 3) RGB, a contact sheet.
    """

    title: str
    reason: str | None
    shown: int
    of: int
    picture: np.ndarray


@dataclass(frozen=True)
class Summary:
    """A run of crop_faces.py. Only what follows from the photos and options: no times of day, no durations.

    Args:
        faces_file: name of the .npz, without its folder.
        photos: how many were read.
        faces: how many were kept, at least one of each photo that was not rejected.
        crop_size: side of the crops, in pixels.
        margin: a sentence on the margin around the faces, and why it is this one.
        inputs: the files and folders given on the command line.
        options: name, with its dashes, and value of each option; a flag that is set has the value "".
        rejected: how many photos were rejected, by reason code; the codes are those of `preprocessing.rejects.Reason`.
        histograms: of the kept faces.
        sheets: examples.
    """

    faces_file: str
    photos: int
    faces: int
    crop_size: int
    margin: str
    inputs: Sequence[str] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    histograms: Sequence[Histogram] = ()
    sheets: Sequence[Sheet] = ()
