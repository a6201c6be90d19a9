"""Which of the faces in a photo are kept."""

from dataclasses import dataclass
from typing import Literal

from preprocessing.detect import Face
from preprocessing.rejects import Reason, Rejection


@dataclass(frozen=True)
class Judge:
    """Chooses among a photo's faces.

    Args:
        faces: "largest" keeps one face of a photo, "all" every one.
        min_confidence: the least confidence of a face, from 0.5 to 1.
        min_face: the least length of a face box's longer side, in pixels of the photo.
    """

    faces: Literal["largest", "all"] = "largest"
    min_confidence: float = 0.9
    min_face: int = 20

    def good(self, found: list[Face]) -> list[Face]:
        """The faces that are sure and large enough.

        Args:
            found: the faces detected in one photo.
        """
        return [face for face in found if self._sure(face) and self._large(face)]

    def choose(self, found: list[Face]) -> list[Face] | Rejection:
        """The faces to keep, at least one, largest first; or why none is good.

        Args:
            found: the faces detected in one photo.
        """
        good = sorted(self.good(found), key=lambda face: (-face.area, *face.box[:2]))
        if not good:
            return self._rejection(found)
        return good if self.faces == "all" else good[:1]

    def _sure(self, face: Face) -> bool:
        return face.confidence >= self.min_confidence

    def _large(self, face: Face) -> bool:
        return face.longer_side >= self.min_face

    def _rejection(self, found: list[Face]) -> Rejection:
        if not found:
            return Rejection(Reason.NO_FACE, "no face was detected")
        sure = [face for face in found if self._sure(face)]
        if not sure:
            best = max(face.confidence for face in found)
            return Rejection(Reason.LOW_CONFIDENCE, f"best {best:.3f}, --min-confidence is {self.min_confidence:g}")
        best = max(face.longer_side for face in sure)
        return Rejection(Reason.SMALL_FACE, f"largest {best:.0f} pixels, --min-face is {self.min_face}")
