"""The reasons for a rejection, in sentences."""

from preprocessing.rejects import Reason

# Each says what happened, then which option changes it. Backticks mark what is typed.
EXPLANATIONS = {
    Reason.UNREADABLE: "The file is broken or truncated, or no image in a format that is read. "
    "No option changes this; replace the file, or convert it to JPEG.",
    Reason.TOO_LARGE: "The file has so many pixels that reading it could use up the memory: more than 256 million, or, "
    "if it is not an ordinary JPEG, 160 million. No option changes this; scale it down.",
    Reason.TOO_SMALL: "A side of the photo is shorter than the smallest face that can be detected. "
    "No option changes this; look for a larger copy.",
    Reason.NO_FACE: "Nothing in the photo looks like a face. `--faces largest`, the default, finds no face smaller "
    "than a nineteenth of the photo's longer side; `--faces all` looks for all that are large enough to be kept.",
    Reason.LOW_CONFIDENCE: "The detector is less sure of the best face than `--min-confidence` asks. "
    "A lower value keeps more faces, and more that are none.",
    Reason.SMALL_FACE: "The square around the largest sure face has fewer photo pixels across than `--min-face`, by "
    "default 0.8 times `--size`. A lower value keeps faces that are enlarged further.",
    Reason.CUT_OFF: "More of the face's square lies outside the photo than `--max-outside`; that part would have to be "
    "made up. A higher value keeps such faces; a lower `--margin` makes the squares smaller.",
    Reason.TURNED_AWAY: "The head is turned to the side further than `--max-yaw`. "
    "A higher value keeps faces nearer to a profile.",
    Reason.SEVERAL_PEOPLE: "There is more than one good face, and `--faces only` takes photos of one person. "
    "`--faces largest` keeps the largest face, `--faces all` every one.",
    Reason.BLURRED: "The face is less sharp than `--min-sharpness`. A lower value keeps softer faces; `0` keeps all.",
    Reason.UNDEREXPOSED: "More of the face is crushed to black than `--max-clipped` allows. "
    "A higher value keeps darker faces.",
    Reason.OVEREXPOSED: "More of the face is burnt to white than `--max-clipped` allows. "
    "A higher value keeps brighter faces.",
    Reason.DUPLICATE: "A larger copy of the same face is kept. "
    "A lower `--duplicate-distance` keeps copies that differ more; `-1` keeps all.",
    Reason.FAILED: "Detecting or cropping raised an error. No option changes this; "
    "the list of rejects says which error.",
}
