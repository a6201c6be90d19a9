"""Which of the faces in a photo are kept."""

import numpy as np

from preprocessing.config import CropConfig
from preprocessing.detect import Face
from preprocessing.quality import burnt, crushed, sharpness, yaw
from preprocessing.rejects import Reason, Rejection


class Judge:
    """Chooses among a photo's faces, and looks at what was cut out.

    Args:
        config: what is asked of a face.
    """

    def __init__(self, config: CropConfig) -> None:
        self.config = config

    def good(self, found: list[Face]) -> list[Face]:
        """The faces that are sure and large enough.

        Args:
            found: the faces detected in one photo.
        """
        return [face for face in found if self._sure(face) and self._large(face)]

    def choose(self, found: list[Face]) -> list[Face] | Rejection:
        """The faces to cut out, at least one, largest first; or why there is none.

        Args:
            found: the faces detected in one photo.
        """
        good = sorted(self.good(found), key=lambda face: (-face.area, *face.box[:2]))
        if not good:
            return self._rejection(found)
        if self.config.faces == "only" and len(good) > 1:
            return Rejection(Reason.SEVERAL_PEOPLE, f"{len(good)} faces, --faces is only")
        return good if self.config.faces == "all" else good[:1]

    def look(self, face: Face, crop: np.ndarray) -> Rejection | None:
        """Why a face is not fit to train on, if it is not.

        Args:
            face: where it is in the photo.
            crop: uint8 (size, size, 3).
        """
        config = self.config
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

    def _sure(self, face: Face) -> bool:
        return face.confidence >= self.config.min_confidence

    def _large(self, face: Face) -> bool:
        return face.longer_side >= self.config.min_face

    def _rejection(self, found: list[Face]) -> Rejection:
        if not found:
            return Rejection(Reason.NO_FACE, "no face was detected")
        sure = [face for face in found if self._sure(face)]
        if not sure:
            best = max(face.confidence for face in found)
            return Rejection(
                Reason.LOW_CONFIDENCE, f"best {best:.3f}, --min-confidence is {self.config.min_confidence:g}"
            )
        best = max(face.longer_side for face in sure)
        return Rejection(Reason.SMALL_FACE, f"largest {best:.0f} pixels, --min-face is {self.config.min_face}")
