"""Which of the faces in a photo are kept."""

import numpy as np

from preprocessing.config import CropConfig
from preprocessing.face import Face
from preprocessing.face_measures import burnt, crushed, sharpness, yaw
from preprocessing.rejects import Reason, Rejection


class Judge:
    """Chooses among a photo's faces, and looks at what was cut out.

    Args:
        config: what is asked of a face.
    """

    def __init__(self, config: CropConfig) -> None:
        self.config = config

    def sure(self, found: list[Face]) -> list[Face] | Rejection:
        """The faces that surely are some, at least one, largest first; or why there is none.

        Args:
            found: what was detected in one photo.
        """
        if not found:
            return Rejection(Reason.NO_FACE, "no face was detected")
        sure = [face for face in found if face.confidence >= self.config.min_confidence]
        if not sure:
            best = max(face.confidence for face in found)
            return Rejection(
                Reason.LOW_CONFIDENCE, f"best {best:.3f}, --min-confidence is {self.config.min_confidence:g}"
            )
        return sorted(sure, key=lambda face: (-face.area, *face.box[:2]))

    def chosen(self, sides: np.ndarray, photos: np.ndarray) -> np.ndarray:
        """Which sure faces to cut out.

        Args:
            sides: float (number of faces,), of their squares, in photo pixels; of a photo's faces, the largest first.
            photos: int (number of faces,), the photo of each.

        Returns:
            bool (number of faces,).
        """
        large = np.flatnonzero(sides >= self.config.smallest_side)
        _, first, number = np.unique(photos[large], return_index=True, return_counts=True)
        chosen = {"all": large, "largest": large[first], "only": large[first[number == 1]]}[self.config.faces]
        return np.isin(np.arange(len(sides)), chosen)

    def why_none(self, sides: np.ndarray) -> Rejection:
        """Why none of a photo's sure faces was chosen.

        Args:
            sides: as in `chosen`.
        """
        large = sides >= self.config.smallest_side
        if not large.any():
            needed = f"--min-face is {self.config.smallest_side:g}"
            return Rejection(Reason.SMALL_FACE, f"largest square {sides.max():.0f} pixels, {needed}")
        return Rejection(Reason.SEVERAL_PEOPLE, f"{large.sum()} faces, --faces is only")

    def look(self, face: Face, outside: float, crop: np.ndarray) -> Rejection | None:
        """Why a face is not fit to train on, if it is not.

        Args:
            face: where it is in the photo.
            outside: the part of its square outside the photo.
            crop: uint8 (size, size, 3).
        """
        config = self.config
        if outside > config.max_outside:
            return Rejection(Reason.CUT_OFF, f"{outside:.1%} outside, --max-outside is {config.max_outside:.1%}")
        turned = abs(yaw(face.landmarks))
        if turned > config.max_yaw:
            return Rejection(Reason.TURNED_AWAY, f"{turned:.0f} degrees, --max-yaw is {config.max_yaw:g}")
        black, white = crushed(crop), burnt(crop)
        if black > config.max_clipped:
            return Rejection(Reason.UNDEREXPOSED, f"{black:.0%} black, --max-clipped is {config.max_clipped:.0%}")
        if white > config.max_clipped:
            return Rejection(Reason.OVEREXPOSED, f"{white:.0%} white, --max-clipped is {config.max_clipped:.0%}")
        sharp = sharpness(crop)
        if sharp < config.min_sharpness:
            return Rejection(Reason.BLURRED, f"sharpness {sharp:.1f}, --min-sharpness is {config.min_sharpness:g}")
        return None
