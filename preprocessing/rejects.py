"""Why a photo gave no face: the reason codes of the rejects file."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The reason codes of `*.rejects.csv`."""

    UNREADABLE = "unreadable"  # no image in a format that is read, or a truncated or broken one
    TOO_LARGE = "too_large"  # more pixels than any camera's photo: a decompression bomb
    TOO_SMALL = "too_small"  # a side shorter than the smallest face that can be detected
    NO_FACE = "no_face"  # nothing that looks like a face
    LOW_CONFIDENCE = "low_confidence"  # the surest face is less sure than --min-confidence
    SMALL_FACE = "small_face"  # the square of the largest sure face is smaller than --min-face
    CUT_OFF = "cut_off"  # more of the face's square outside the photo than --max-outside
    TURNED_AWAY = "turned_away"  # the head is turned further than --max-yaw
    SEVERAL_PEOPLE = "several_people"  # more than one good face, with --faces only
    BLURRED = "blurred"  # less sharp than --min-sharpness
    UNDEREXPOSED = "underexposed"  # more of the face crushed to black than --max-clipped
    OVEREXPOSED = "overexposed"  # more of the face burnt to white than --max-clipped
    DUPLICATE = "duplicate"  # a larger copy of this face is kept
    FAILED = "failed"  # detecting or cropping raised an error


# What to do for fewer of them; about the others, no option decides.
REMEDIES = {
    Reason.NO_FACE: "give --faces all, which looks for smaller ones",
    Reason.LOW_CONFIDENCE: "lower --min-confidence",
    Reason.SMALL_FACE: "lower --size or --min-face",
    Reason.CUT_OFF: "raise --max-outside or lower --margin",
    Reason.TURNED_AWAY: "raise --max-yaw",
    Reason.SEVERAL_PEOPLE: "give --faces largest or all",
    Reason.BLURRED: "lower --min-sharpness",
    Reason.UNDEREXPOSED: "raise --max-clipped",
    Reason.OVEREXPOSED: "raise --max-clipped",
}


MOST_CHARACTERS = 200  # compilers write pages


@dataclass(frozen=True)
class Rejection:
    """Why a photo gives no face.

    Args:
        reason: the reason code.
        detail: one line for the user.
    """

    reason: Reason
    detail: str


def describe(error: Exception) -> str:
    """One line for a rejection's detail, of 200 characters at most.

    Args:
        error: what went wrong.
    """
    return " ".join(str(error).split())[:MOST_CHARACTERS] or type(error).__name__
